package photo

import (
	"image"
	"image/color"
	"slices"

	"dnn/internal/photo/source"
)

// block is how many numbers a cache line has: so many columns are read or written at once.
const block = 16

// plane is a picture of numbers, h rows of w.
type plane struct {
	w, h int
	pix  []float32
}

func newPlane(w, h int) *plane { return &plane{w, h, make([]float32, w*h)} }

// row returns the row y.
func (p *plane) row(y int) []float32 { return p.pix[y*p.w : (y+1)*p.w] }

// at returns the number at (x, y), and that of the nearest pixel if there is none.
func (p *plane) at(x, y int) float32 {
	return p.pix[min(max(y, 0), p.h-1)*p.w+min(max(x, 0), p.w-1)]
}

// transposed returns the plane with rows and columns exchanged.
func (p *plane) transposed() *plane {
	t := newPlane(p.h, p.w)
	spread((p.h+block-1)/block, func(lo, hi int) {
		for begin := lo * block; begin < hi*block; begin += block {
			for x := range p.w {
				for y := begin; y < min(begin+block, p.h); y++ {
					t.pix[x*t.w+y] = p.pix[y*p.w+x]
				}
			}
		}
	})
	return t
}

// blurred returns the plane after a blur by (1 2 1)/4 in both directions.
func (p *plane) blurred() *plane {
	q := newPlane(p.w, p.h)
	spread(p.h, func(lo, hi int) {
		sums := make([]float32, p.w)
		for y := lo; y < hi; y++ {
			above, here, below := p.row(max(y-1, 0)), p.row(y), p.row(min(y+1, p.h-1))
			for x := range sums {
				sums[x] = above[x] + 2*here[x] + below[x]
			}
			out := q.row(y)
			for x := range out {
				out[x] = (sums[max(x-1, 0)] + 2*sums[x] + sums[min(x+1, p.w-1)]) / 16
			}
		}
	})
	return q
}

// median returns the median of values, which it reorders.
func median(values []float32) float32 { return quantile(values, 0.5) }

// quantile returns the value below which the fraction q of values lie. It reorders them; of none it is 0. Only the part
// that it must be in is divided further (C. A. R. Hoare, Algorithm 65: Find, 1961).
func quantile(values []float32, q float64) float32 {
	if len(values) == 0 {
		return 0
	}
	k := min(int(q*float64(len(values))), len(values)-1)
	lo, hi := 0, len(values)-1
	for round := 0; lo < hi; round++ {
		if round == 50 { // made to take long
			slices.Sort(values[lo : hi+1])
			break
		}
		middle, i, j := values[(lo+hi)/2], lo, hi
		for i <= j {
			for values[i] < middle {
				i++
			}
			for values[j] > middle {
				j--
			}
			if i <= j {
				values[i], values[j] = values[j], values[i]
				i, j = i+1, j-1
			}
		}
		if k > j {
			lo = min(i, k)
		}
		if k < i {
			hi = max(j, k)
		}
	}
	return values[k]
}

// sample returns about n of the plane's numbers, spread evenly.
func (p *plane) sample(n int) []float32 {
	step := max(len(p.pix)/n, 1) | 1 // odd, so that it does not stay in a few columns
	some := make([]float32, 0, len(p.pix)/step+1)
	for i := 0; i < len(p.pix); i += step {
		some = append(some, p.pix[i])
	}
	return some
}

// gray returns the plane as a picture in which lo is black and hi is white.
func (p *plane) gray(lo, hi float32) *image.Gray {
	g := image.NewGray(image.Rect(0, 0, p.w, p.h))
	for i, v := range p.pix {
		g.Pix[i] = color.Gray{Y: uint8(min(max((v-lo)/(hi-lo)*255+0.5, 0), 255))}.Y
	}
	return g
}

// spread calls do for parts of [0, n), on all cores at once.
func spread(n int, do func(lo, hi int)) { source.Spread(n, do) }

// luminance returns the luminance of a picture, upright, of at most limit pixels on the longer side.
func luminance(img image.Image, limit int) *plane {
	pix, w, h := source.Luminance(img, limit)
	return &plane{w, h, pix}
}
