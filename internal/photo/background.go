package photo

import "math"

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

// share returns how much of the background's light is missing.
func share(light, background *plane) *plane {
	ink := newPlane(light.w, light.h)
	for i, b := range background.pix {
		ink.pix[i] = (b - light.pix[i]) / max(b, 8)
	}
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
	most := 0.
	for _, part := range []int{64, 32, 16, 8, 4} {
		means := p.means(max(max(p.w, p.h)/part, 2))
		var squares, cubes float64
		for i, v := range p.pix {
			d := float64(v/max(means.pix[i], 8) - 1)
			squares += d * d
			cubes += d * d * d
		}
		if skew := cubes / max(squares*math.Sqrt(squares), 1e-9); math.Abs(skew) > math.Abs(most) {
			most = skew
		}
	}
	return most <= 0
}

// means returns the mean of the square of that radius around each pixel, as far as it is in the picture.
func (p *plane) means(radius int) *plane {
	sums := make([]float64, (p.w+1)*(p.h+1)) // of all pixels above and to the left
	for y := range p.h {
		line := 0.
		for x, v := range p.row(y) {
			line += float64(v)
			sums[(y+1)*(p.w+1)+x+1] = sums[y*(p.w+1)+x+1] + line
		}
	}
	out := newPlane(p.w, p.h)
	for y := range p.h {
		y0, y1 := max(y-radius, 0), min(y+radius+1, p.h)
		for x := range p.w {
			x0, x1 := max(x-radius, 0), min(x+radius+1, p.w)
			sum := sums[y1*(p.w+1)+x1] - sums[y0*(p.w+1)+x1] - sums[y1*(p.w+1)+x0] + sums[y0*(p.w+1)+x0]
			out.pix[y*p.w+x] = float32(sum / float64((y1-y0)*(x1-x0)))
		}
	}
	return out
}

// closed returns the morphological closing of the plane by a square of that radius: the largest value nearby, then the
// smallest of those. What is dark and narrower than the square vanishes; edges of shadows stay where they are. Beyond
// its edges the plane goes on as it ends, so that a shadow may begin there.
func (p *plane) closed(radius int) *plane {
	q := newPlane(p.w+2*radius, p.h+2*radius)
	spread(q.h, func(lo, hi int) {
		for y := lo; y < hi; y++ {
			from, to := p.row(min(max(y-radius, 0), p.h-1)), q.row(y)
			copy(to[radius:], from)
			for i := range radius {
				to[i], to[q.w-1-i] = from[0], from[p.w-1]
			}
		}
	})
	q = q.largest(radius).transposed().largest(radius)
	for i, v := range q.pix {
		q.pix[i] = -v // the smallest is the largest of the opposites
	}
	q = q.largest(radius).transposed().largest(radius)
	out := newPlane(p.w, p.h)
	for y := range p.h {
		for x, v := range q.row(y + radius)[radius : radius+p.w] {
			out.pix[y*p.w+x] = -v
		}
	}
	return out
}

// largest returns the largest value within that radius along each row, by the two running maxima of M. van Herk, A fast
// algorithm for local minimum and maximum filters on rectangular and octagonal kernels (1992).
func (p *plane) largest(radius int) *plane {
	out := newPlane(p.w, p.h)
	size := 2*radius + 1
	spread(p.h, func(lo, hi int) {
		ahead, behind := make([]float32, p.w), make([]float32, p.w)
		for y := lo; y < hi; y++ {
			row, to := p.row(y), out.row(y)
			for begin := 0; begin < p.w; begin += size { // block by block
				end := min(begin+size, p.w)
				runningMaxima(row[begin:end], ahead[begin:end], behind[begin:end])
			}
			for x := range min(radius, p.w) { // windows that begin at the left edge
				to[x] = ahead[min(x+radius, p.w-1)]
			}
			for x := radius; x+radius < p.w; x++ { // the end of one block and the start of the next
				to[x] = larger(behind[x-radius], ahead[x+radius])
			}
			for x := max(radius, p.w-radius); x < p.w; x++ { // windows that end at the right edge
				first := x - radius
				if to[x] = behind[first]; first/size != (p.w-1)/size {
					to[x] = larger(behind[first], ahead[p.w-1])
				}
			}
		}
	})
	return out
}

// runningMaxima sets ahead to the largest of the values up to each, and behind to that from each on.
func runningMaxima(values, ahead, behind []float32) {
	most := values[0]
	for i, v := range values {
		most = larger(most, v)
		ahead[i] = most
	}
	most = values[len(values)-1]
	for i := len(values) - 1; i >= 0; i-- {
		most = larger(most, values[i])
		behind[i] = most
	}
}

// larger is max without its care for NaN and -0, which are not here.
func larger(a, b float32) float32 {
	if a > b {
		return a
	}
	return b
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
