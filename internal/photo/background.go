package photo

import (
	"math"

	"dnn/internal/photo/morphology"
)

// lone is the longer side up to which a picture is taken for a single digit, in pixels.
const lone = 64

// inkOn returns how much ink there is at each pixel of a picture whose ink is dark (or light, if not dark): 0 for paper,
// 1 for black on white. Ink is the share of the paper's light that is missing, so it is the same in the light as in the
// shadow; of light ink, the share that is there too much. background is what the paper gives without ink.
func inkOn(grey *plane, dark bool) (ink, background *plane) {
	light := grey
	if !dark {
		light = newPlane(grey.w, grey.h)
		for i, v := range grey.pix {
			light.pix[i] = 255 - v
		}
	}
	background = newPlane(light.w, light.h)
	if paper, flat := light.flat(); flat {
		for i := range background.pix {
			background.pix[i] = paper
		}
	} else {
		smooth := light.blurred()
		radius := max(light.w, light.h) / 10
		background = smooth.closed(radius)
		// Strokes are much thinner than that, as a rule; what is left of shadows then belongs to the paper too.
		if r := halfWidth(share(light, background)); r > 0 && 3*r < radius {
			background = smooth.closed(3 * r)
		}
	}
	ink = share(light, background)
	if paper := median(ink.sample(20_000)); paper > 0 { // closing keeps to the upper side of noise
		for i, v := range ink.pix {
			ink.pix[i] = (v - paper) / (1 - paper)
		}
	}
	return ink, background
}

// closed is morphology.Closed of the plane.
func (p *plane) closed(radius int) *plane {
	return &plane{p.w, p.h, morphology.Closed(p.pix, p.w, p.h, radius)}
}

// share returns how much of the background's light is missing.
func share(light, background *plane) *plane {
	ink := newPlane(light.w, light.h)
	spread(len(ink.pix), func(lo, hi int) {
		for i := lo; i < hi; i++ {
			ink.pix[i] = (background.pix[i] - light.pix[i]) / max(background.pix[i], 8)
		}
	})
	return ink
}

// flat returns the luminance of the paper if it is the same everywhere, as it is in pictures that were drawn on a
// screen; or if the picture is too small to tell.
func (p *plane) flat() (paper float32, flat bool) {
	ring := p.border()
	near := func(values []float32, m float32) float64 {
		n := 0
		for _, v := range values {
			if v >= m-3 && v <= m+3 {
				n++
			}
		}
		return float64(n) / float64(len(values))
	}
	m := median(ring)
	if max(p.w, p.h) <= lone {
		return m, true
	}
	return m, near(ring, m) >= 0.85 && near(p.pix, m) >= 0.4
}

// halved returns the plane with means of 2x2 pixels.
func (p *plane) halved() *plane {
	q := newPlane((p.w+1)/2, (p.h+1)/2)
	for y := range q.h {
		for x := range q.w {
			q.pix[y*q.w+x] = (p.at(2*x, 2*y) + p.at(2*x+1, 2*y) + p.at(2*x, 2*y+1) + p.at(2*x+1, 2*y+1)) / 4
		}
	}
	return q
}

// border returns the pixels at the picture's edge.
func (p *plane) border() []float32 {
	thick := max(min(p.w, p.h)/100, 1)
	var ring []float32
	for y := range p.h {
		if y < thick || y >= p.h-thick {
			ring = append(ring, p.row(y)...)
			continue
		}
		row := p.row(y)
		ring = append(append(ring, row[:min(thick, p.w)]...), row[max(p.w-thick, 0):]...)
	}
	return ring
}

// darkInk reports whether a picture's ink is darker than its paper. If all paper is alike, what differs from it is ink.
// Else ink is what there is less of: it differs from the mean around it by more than paper does, so that the differences
// are skewed to its side. Near and far are tried, since only at the scale of the strokes ink stands out from shadows.
func (p *plane) darkInk() bool {
	if paper, flat := p.flat(); flat {
		sum := float32(0)
		for _, v := range p.pix {
			sum += v - paper
		}
		return sum <= 0
	}
	if max(p.w, p.h) > maxWork/2 { // a quarter of the pixels say the same
		return p.halved().darkInk()
	}
	sums := make([]float64, (p.w+1)*(p.h+1)) // of all pixels above and to the left
	for y := range p.h {
		line := 0.
		for x, v := range p.row(y) {
			line += float64(v)
			sums[(y+1)*(p.w+1)+x+1] = sums[y*(p.w+1)+x+1] + line
		}
	}
	var skews [5]float64
	spread(len(skews), func(lo, hi int) {
		for i := lo; i < hi; i++ {
			skews[i] = p.skew(sums, max(max(p.w, p.h)>>(6-i), 2))
		}
	})
	most := 0.
	for _, skew := range skews {
		if math.Abs(skew) > math.Abs(most) {
			most = skew
		}
	}
	return most <= 0
}

// skew returns to which side pixels differ from the mean of the square of that radius around them, as far as it is in the
// picture: to the light one if it is above 0. sums has the sum of all above and to the left of each, line by line.
func (p *plane) skew(sums []float64, radius int) float64 {
	var squares, cubes float64
	for y := range p.h {
		y0, y1 := max(y-radius, 0), min(y+radius+1, p.h)
		above, below := sums[y0*(p.w+1):][:p.w+1], sums[y1*(p.w+1):][:p.w+1]
		for x, v := range p.row(y) {
			x0, x1 := max(x-radius, 0), min(x+radius+1, p.w)
			sum := below[x1] - above[x1] - below[x0] + above[x0]
			d := float64(v/max(float32(sum/float64((y1-y0)*(x1-x0))), 8) - 1)
			squares += d * d
			cubes += d * d * d
		}
	}
	return cubes / max(squares*math.Sqrt(squares), 1e-9)
}

// halfWidth returns more than half the width of most strokes, in pixels: the distance from paper that one in four
// pixels of ink exceeds is three eighths of the width.
func halfWidth(ink *plane) int {
	if max(ink.w, ink.h) > maxWork/2 {
		return 2 * halfWidth(ink.halved())
	}
	level := otsu(ink)
	var inside []float32
	for i, d := range ink.distances(func(v float32) bool { return v < level }) {
		if ink.pix[i] >= level {
			inside = append(inside, d)
		}
	}
	return int(math.Ceil(1.5 * float64(quantile(inside, 0.75))))
}
