package photo

import (
	"image"
	"math"
)

const (
	side   = 28   // pixels of a side of an image
	inner  = 20   // pixels of the longer side of a digit in it
	center = 14.5 // where its center of mass lies, to half a pixel, if pixel i covers [i, i+1)

	fine       = 5               // the working copy of a digit has so many pixels in one of the image
	fineSide   = fine * inner    // of its longer side
	thinnest   = 1. / 8          // stroke width, as a share of the longer side, below which strokes are thickened
	fineMargin = fine * 3 / 2    // room for thicker strokes
	finest     = 2.              // stroke width in the working copy that shows in it: of a thinner stroke, means leave a shade
	half       = float32(1. / 2) // the outline of a stroke lies where the ink is half
)

// normalize returns the ink of one digit, 0 to 1, as MNIST has it: 28x28 bytes, 0 background and 255 ink, the longer
// side of its box 20 pixels and its center of mass at 14.5, to the nearest whole pixel, as
// http://yann.lecun.com/exdb/mnist says of the center, and its images of the half (design.md). Strokes thinner than an
// eighth of the longer side are made so thick, as MNIST's are; they are not sheared.
func normalize(ink *plane) []byte {
	large := enlarge(ink)
	if large == nil {
		return make([]byte, side*side)
	}
	large.thicken()
	x0, y0, x1, y1 := large.outline()
	if x1 <= x0 || y1 <= y0 { // too faint where it is made small
		return make([]byte, side*side)
	}
	return place(large.shrunk(x0, y0, x1, y1))
}

// enlarge returns the ink at a size at which the longer side of its outline is fineSide, with a margin; nil if there is
// no outline.
func enlarge(ink *plane) *plane {
	x0, y0, x1, y1 := ink.outline()
	if x1 <= x0 || y1 <= y0 {
		return nil
	}
	scale := fineSide / max(x1-x0, y1-y0)
	if scale < 1 {
		if r := (finest/scale - ink.strokeWidth()) / 2; r > 0 {
			room := int(math.Ceil(r)) + 1
			ink = ink.cropped(image.Rect(-room, -room, ink.w+room, ink.h+room))
			ink.grow(float32(r))
			x0, y0, x1, y1 = ink.outline()
			scale = fineSide / max(x1-x0, y1-y0)
		}
	}
	w, h := int(math.Ceil((x1-x0)*scale)), int(math.Ceil((y1-y0)*scale))
	return ink.resampled(tapsAt(x0-fineMargin/scale, 1/scale, w+2*fineMargin, ink.w),
		tapsAt(y0-fineMargin/scale, 1/scale, h+2*fineMargin, ink.h))
}

// tap is a number of a row and its weight in a sum.
type tap struct {
	at     int
	weight float32
}

// tapsAt returns what makes up each of count numbers that are the given size apart, from the place start on: the mean
// over that size, or over a pixel if that is more, of a row of n that is linear between the centers of its pixels and 0
// outside.
func tapsAt(start, size float64, count, n int) [][]tap {
	all := make([][]tap, count)
	points := int(math.Ceil(size))
	for i := range all {
		for j := range points {
			x := start + size*(float64(i)+(float64(j)+0.5)/float64(points)) - 0.5
			at := int(math.Floor(x))
			share := float32(x - float64(at))
			all[i] = addTap(all[i], at, n, (1-share)/float32(points))
			all[i] = addTap(all[i], at+1, n, share/float32(points))
		}
	}
	return all
}

// addTap adds a weight for the number at to taps, if there is such a number.
func addTap(taps []tap, at, n int, weight float32) []tap {
	if at < 0 || at >= n || weight == 0 {
		return taps
	}
	if last := len(taps) - 1; last >= 0 && taps[last].at == at {
		taps[last].weight += weight
		return taps
	}
	return append(taps, tap{at, weight})
}

// tapsOver returns what makes up each of count cells of the given size, from the place start on: the share of its mean
// that lies in each of a row of n.
func tapsOver(start, size float64, count, n int) [][]tap {
	all := make([][]tap, count)
	for i := range all {
		lo, hi := start+float64(i)*size, start+float64(i+1)*size
		for at := int(math.Floor(lo)); float64(at) < hi; at++ {
			all[i] = addTap(all[i], at, n, float32((min(float64(at+1), hi)-max(float64(at), lo))/size))
		}
	}
	return all
}

// resampled returns sums of the plane's numbers: across for each column of the result, down for each row.
func (p *plane) resampled(across, down [][]tap) *plane {
	rows, out := newPlane(len(across), p.h), newPlane(len(across), len(down))
	for y := range p.h {
		from, to := p.row(y), rows.row(y)
		for x, taps := range across {
			sum := float32(0)
			for _, t := range taps {
				sum += from[t.at] * t.weight
			}
			to[x] = sum
		}
	}
	for y, taps := range down {
		to := out.row(y)
		for _, t := range taps {
			for x, v := range rows.row(t.at) {
				to[x] += v * t.weight
			}
		}
	}
	return out
}

// outline returns the box around all places where the plane is at least half, to a part of a pixel: at the edge, a
// pixel's value below full ink is the share of it that is covered.
func (p *plane) outline() (x0, y0, x1, y1 float64) {
	columns, rows := make([]float32, p.w), make([]float32, p.h)
	for y := range p.h {
		for x, v := range p.row(y) {
			columns[x], rows[y] = max(columns[x], v), max(rows[y], v)
		}
	}
	x0, x1 = extent(columns)
	y0, y1 = extent(rows)
	return x0, y0, x1, y1
}

// extent returns where the values first and last cross half, linear between the centers of pixels.
func extent(values []float32) (lo, hi float64) {
	first, last := -1, -1
	for i, v := range values {
		if v >= half {
			if first < 0 {
				first = i
			}
			last = i
		}
	}
	if first < 0 {
		return 0, 0
	}
	get := func(i int) float32 {
		if i < 0 || i >= len(values) {
			return 0
		}
		return values[i]
	}
	crossing := func(inside, outside float32) float64 { return float64((inside - half) / (inside - outside)) }
	return float64(first) + 0.5 - crossing(get(first), get(first-1)), float64(last) + 0.5 + crossing(get(last), get(last+1))
}

// thicken makes strokes an eighth of the longer side thick if they are thinner on average: what is within that distance
// of the outline becomes ink, with an edge that is one pixel soft.
func (p *plane) thicken() {
	x0, y0, x1, y1 := p.outline()
	longer := max(x1-x0, y1-y0)
	width := p.strokeWidth()
	// The digit grows by r on each side: width + 2r = (longer + 2r)/8.
	r := float32((longer*thinnest - width) / (2 - 2*thinnest))
	if r > 0.25 {
		p.grow(r)
	}
}

// grow makes ink of what is within a distance of the outline.
func (p *plane) grow(r float32) {
	for i, d := range p.distances(func(v float32) bool { return v >= half }) {
		p.pix[i] = max(p.pix[i], min(max(r-d+1, 0), 1)) // the outline is half a pixel from the nearest center in it
	}
}

// strokeWidth returns the mean width of the strokes: four times the mean distance of the ink from its outline, since
// the distance goes from 0 to half the width.
func (p *plane) strokeWidth() float64 {
	sum, n := 0., 0
	for i, d := range p.distances(func(v float32) bool { return v < half }) {
		if p.pix[i] >= half {
			sum += float64(d) - 0.5
			n++
		}
	}
	return 4 * sum / float64(max(n, 1))
}

// distances returns, for each pixel, the distance of its center from the nearest one for which is holds (P. Felzenszwalb
// and D. Huttenlocher, Distance transforms of sampled functions, 2012): squared distances along rows, then the lower
// envelope of parabolas along columns.
func (p *plane) distances(is func(float32) bool) []float32 {
	far := float32(p.w + p.h)
	d := make([]float32, p.w*p.h)
	for y := range p.h {
		row, last := d[y*p.w:(y+1)*p.w], far
		for x, v := range p.row(y) {
			last = min(last+1, far)
			if is(v) {
				last = 0
			}
			row[x] = last
		}
		for x := len(row) - 2; x >= 0; x-- {
			row[x] = min(row[x], row[x+1]+1)
		}
	}
	f, at, from := make([]float32, p.h), make([]int, p.h), make([]float32, p.h+1)
	for x := range p.w {
		for y := range f {
			v := d[y*p.w+x]
			f[y] = v * v
		}
		k := 0
		at[0], from[0], from[1] = 0, -far*far, far*far
		for y := 1; y < p.h; y++ {
			cross := meet(f, y, at[k])
			for k > 0 && cross <= from[k] {
				k--
				cross = meet(f, y, at[k])
			}
			k++
			at[k], from[k], from[k+1] = y, cross, far*far
		}
		k = 0
		for y := range f {
			for from[k+1] < float32(y) {
				k++
			}
			dy := float32(y - at[k])
			d[y*p.w+x] = float32(math.Sqrt(float64(dy*dy + f[at[k]])))
		}
	}
	return d
}

// meet returns where the parabolas f[a] + (y-a)^2 and f[b] + (y-b)^2 meet.
func meet(f []float32, a, b int) float32 {
	return ((f[a] + float32(a*a)) - (f[b] + float32(b*b))) / float32(2*(a-b))
}

// shrunk returns the means of squares of the plane from the corner (x0, y0) on, so large that the longer side of the box
// is inner of them.
func (p *plane) shrunk(x0, y0, x1, y1 float64) *plane {
	cell := max(x1-x0, y1-y0) / inner
	w, h := min(int(math.Ceil((x1-x0)/cell-1e-9)), inner), min(int(math.Ceil((y1-y0)/cell-1e-9)), inner)
	return p.resampled(tapsOver(x0, cell, w, p.w), tapsOver(y0, cell, h, p.h))
}

// place puts the ink of a digit, of at most 20x20 pixels, into an image, at whole pixels and with its center of mass as
// near to the center as goes.
func place(ink *plane) []byte {
	bytes := make([]byte, ink.w*ink.h)
	for i, v := range ink.pix {
		bytes[i] = uint8(min(max(v*255+0.5, 0), 255))
	}
	return placeBytes(bytes, ink.w, ink.h)
}

// placeBytes is place for bytes, w of them in a row.
func placeBytes(ink []byte, w, h int) []byte {
	x, y := massOf(ink, w)
	left := min(max(int(math.Round(center-x)), 0), side-w)
	top := min(max(int(math.Round(center-y)), 0), side-h)
	out := make([]byte, side*side)
	for y := range h {
		copy(out[(top+y)*side+left:], ink[y*w:(y+1)*w])
	}
	return out
}

// massOf returns the center of mass of ink, w bytes in a row, where pixel i covers [i, i+1).
func massOf(ink []byte, w int) (x, y float64) {
	var sum, sumX, sumY float64
	for i, b := range ink {
		sum += float64(b)
		sumX += float64(b) * (float64(i%w) + 0.5)
		sumY += float64(b) * (float64(i/w) + 0.5)
	}
	if sum == 0 {
		return 0, 0
	}
	return sumX / sum, sumY / sum
}
