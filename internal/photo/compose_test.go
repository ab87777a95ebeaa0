package photo

import (
	"encoding/binary"
	"hash/crc32"
	"image"
	"image/color"
	"math"
	"math/rand/v2"
)

// drawn is a digit to be drawn on a page.
type drawn struct {
	ink   *plane // 0 to 1
	label int
}

// sheet is a page with digits in lines, as a camera sees it.
type sheet struct {
	img    *image.Gray
	labels []int             // in reading order
	boxes  []image.Rectangle // about where each is
}

// composition says how to draw a page.
type composition struct {
	w, h       int     // pixels
	count      int     // of digits
	size       float64 // of a digit's cell (28x28 of MNIST), in pixels
	degrees    float64 // of rotation
	ruled      float64 // how much darker ruled lines are than paper; 0: none
	squared    bool    // vertical lines too
	shadow     float64 // share of the light that is missing in the shadow
	gradient   float64 // share of the light that is missing at the darker edge of the page
	noise      float64 // standard deviation, of 255
	paper      float64 // luminance
	sharp      float64 // how much sharper edges are than those of the small image
	inkLo      float64 // of the faintest pen; the darkest is 0.95
	hardShadow bool
	touching   float64 // share of neighbors that touch
}

// compose draws a page. The same random numbers give the same page.
func compose(r *rand.Rand, from []drawn, c composition) sheet {
	s := sheet{img: image.NewGray(image.Rect(0, 0, c.w, c.h))}
	ink, rules := newPlane(c.w, c.h), newPlane(c.w, c.h)
	sin, cos := math.Sincos(c.degrees * math.Pi / 180)
	middleX, middleY := float64(c.w)/2, float64(c.h)/2
	pitch := c.size * (0.95 + 0.35*r.Float64())
	margin := c.size * 0.8
	if c.ruled > 0 {
		thick := 0.8 + 1.4*r.Float64()
		for y := range c.h {
			for x := range c.w {
				px := (float64(x)-middleX)*cos + (float64(y)-middleY)*sin
				py := -(float64(x)-middleX)*sin + (float64(y)-middleY)*cos
				if near(py, pitch) < thick || c.squared && near(px, pitch) < thick {
					rules.pix[y*c.w+x] = float32(c.ruled)
				}
			}
		}
	}
	row, x := 0, margin
	rows := int((float64(c.h) - 2*margin - float64(c.w)*math.Abs(sin)) / pitch)
	for len(s.labels) < c.count && row < rows {
		d := from[r.IntN(len(from))]
		zoom := c.size / 28 * (0.8 + 0.35*r.Float64())
		level := c.inkLo + (0.95-c.inkLo)*r.Float64()
		lo, hi := d.span()
		step := (hi-lo)*zoom + c.size*(0.12+0.5*r.Float64())
		if r.Float64() < c.touching {
			step = (hi-lo)*zoom - 1.5*zoom
		}
		if x+(hi-lo)*zoom > float64(c.w)-margin {
			row, x = row+1, margin+c.size*0.3*r.Float64()
			continue
		}
		// The digit stands on its line, in the page's own directions.
		py := -middleY + margin + float64(c.w)*math.Abs(sin)/2 + (float64(row)+0.5)*pitch + c.size*0.05*r.NormFloat64()
		px := x - middleX - lo*zoom
		s.draw(ink, d.ink, px, py-14*zoom, zoom, sin, cos, c.sharp, level)
		s.labels = append(s.labels, d.label)
		x += step
	}
	s.light(r, c, ink, rules)
	return s
}

// near returns how far a number is from the nearest multiple of pitch.
func near(v, pitch float64) float64 {
	v = math.Mod(math.Mod(v, pitch)+pitch, pitch)
	return min(v, pitch-v)
}

// span returns the first and last column with ink.
func (d drawn) span() (lo, hi float64) {
	x0, _, x1, _ := d.ink.outline()
	return x0, x1
}

// draw draws a digit into ink.
func (s *sheet) draw(ink, digit *plane, px, py, zoom, sin, cos, sharp, level float64) {
	middleX, middleY := float64(ink.w)/2, float64(ink.h)/2
	var box image.Rectangle
	reach := 28 * zoom * 1.5
	cx, cy := px+14*zoom, py+14*zoom
	gx, gy := middleX+cx*cos-cy*sin, middleY+cx*sin+cy*cos
	for y := max(int(gy-reach), 0); y < min(int(gy+reach), ink.h); y++ {
		for x := max(int(gx-reach), 0); x < min(int(gx+reach), ink.w); x++ {
			dx, dy := float64(x)+0.5-middleX, float64(y)+0.5-middleY
			u, v := (dx*cos+dy*sin-px)/zoom, (-dx*sin+dy*cos-py)/zoom
			a := float64(digit.between(u-0.5, v-0.5))
			if a = min(max((a-0.5)*sharp+0.5, 0), 1); a > 0 && digit.between(u-0.5, v-0.5) > 0.02 {
				at := y*ink.w + x
				ink.pix[at] = max(ink.pix[at], float32(a*level))
				if a > 0.5 {
					box = box.Union(image.Rect(x, y, x+1, y+1))
				}
			}
		}
	}
	s.boxes = append(s.boxes, box)
}

// light makes a photo of ink and ruled lines.
func (s *sheet) light(r *rand.Rand, c composition, ink, rules *plane) {
	angle := r.Float64() * 2 * math.Pi
	lx, ly := math.Cos(angle), math.Sin(angle)
	sx, sy, sa := r.Float64()*float64(c.w), r.Float64()*float64(c.h), r.Float64()*2*math.Pi
	soft := float64(max(c.w, c.h)) * (0.01 + 0.05*r.Float64())
	if c.hardShadow {
		soft = 1
	}
	reach := float64(max(c.w, c.h))
	for y := range c.h {
		for x := range c.w {
			light := c.paper * (1 - c.gradient*(0.5+((float64(x)-float64(c.w)/2)*lx+(float64(y)-float64(c.h)/2)*ly)/reach))
			d := (float64(x)-sx)*math.Cos(sa) + (float64(y)-sy)*math.Sin(sa)
			light *= 1 - c.shadow/(1+math.Exp(-d/soft))
			at := y*c.w + x
			v := light*(1-float64(max(ink.pix[at], rules.pix[at]))) + c.noise*r.NormFloat64()
			s.img.SetGray(x, y, color.Gray{Y: uint8(min(max(v+0.5, 0), 255))})
		}
	}
}

// result is how many of a page's digits were found and read rightly.
type result struct{ all, found, right, invented, order int }

// add adds another result.
func (r *result) add(o result) {
	r.all, r.found, r.right = r.all+o.all, r.found+o.found, r.right+o.right
	r.invented, r.order = r.invented+o.invented, r.order+o.order
}

// score returns the result of reading a page.
func (s *sheet) score(p *Page, read Reader) (r result) {
	r.all = len(s.labels)
	if p == nil {
		return r
	}
	var pixels [][]byte
	for _, d := range p.Digits {
		pixels = append(pixels, d.Pixels)
	}
	classes := read(pixels)
	taken := make([]bool, len(s.boxes))
	last := -1
	for i, d := range p.Digits {
		best, overlap := -1, 0.
		for j, b := range s.boxes {
			both := b.Intersect(d.Box)
			o := float64(both.Dx()*both.Dy()) / float64(b.Dx()*b.Dy()+d.Box.Dx()*d.Box.Dy()-both.Dx()*both.Dy())
			if !taken[j] && o > overlap {
				best, overlap = j, o
			}
		}
		if best < 0 || overlap < 0.35 {
			r.invented++
			continue
		}
		taken[best] = true
		r.found++
		if best < last {
			r.order++
		}
		last = best
		if class(classes[i]) == s.labels[best] {
			r.right++
		}
	}
	return r
}

// between returns the plane at a point between pixels, whose centers have whole coordinates; it is 0 outside.
func (p *plane) between(x, y float64) float32 {
	fx, fy := math.Floor(x), math.Floor(y)
	ix, iy, dx, dy := int(fx), int(fy), float32(x-fx), float32(y-fy)
	get := func(x, y int) float32 {
		if x < 0 || y < 0 || x >= p.w || y >= p.h {
			return 0
		}
		return p.pix[y*p.w+x]
	}
	top := get(ix, iy)*(1-dx) + get(ix+1, iy)*dx
	return top*(1-dy) + (get(ix, iy+1)*(1-dx)+get(ix+1, iy+1)*dx)*dy
}

// checksum returns PNG's checksum of a chunk.
func checksum(chunk []byte) []byte {
	return binary.BigEndian.AppendUint32(nil, crc32.ChecksumIEEE(chunk))
}
