// Package morphology has the operation that finds what a page would look like without its ink.
package morphology

import "dnn/internal/photo/source"

// block is how many numbers a cache line has: so many columns are read and written at once.
const block = 16

// Closed returns the morphological closing of a picture, h rows of w numbers, by a square of that radius: the largest
// value nearby, then the smallest of those. What is dark and narrower than the square vanishes; edges of shadows stay
// where they are. Beyond its edges the picture goes on as it ends, so that a shadow may begin there. No number may be NaN.
func Closed(pix []float32, w, h, radius int) []float32 {
	wide, high := w+2*radius, h+2*radius
	all := make([]float32, wide*high)
	row := func(y int) []float32 { return all[y*wide : (y+1)*wide] }
	source.Spread(high, func(lo, hi int) {
		l := newLargest(radius, wide)
		for y := lo; y < hi; y++ {
			from, to := pix[min(max(y-radius, 0), h-1)*w:][:w], row(y)
			copy(to[radius:], from)
			for i := range radius {
				to[i], to[wide-1-i] = from[0], from[w-1]
			}
			l.replace(to)
		}
	})
	source.Spread((wide+block-1)/block, func(lo, hi int) {
		l, columns := newLargest(radius, high), make([]float32, block*high)
		for x := lo * block; x < min(hi*block, wide); x += block {
			n := min(block, wide-x)
			for y := range high {
				for i, v := range row(y)[x : x+n] {
					columns[i*high+y] = v
				}
			}
			for i := range n {
				column := columns[i*high : (i+1)*high]
				l.replace(column)
				negate(column, column) // the smallest is the largest of the opposites
				l.replace(column)
			}
			for y := range high {
				to := row(y)[x : x+n]
				for i := range to {
					to[i] = columns[i*high+y]
				}
			}
		}
	})
	out := make([]float32, w*h)
	source.Spread(h, func(lo, hi int) {
		l := newLargest(radius, wide)
		for y := lo; y < hi; y++ {
			from := row(y + radius)
			l.replace(from)
			negate(out[y*w:(y+1)*w], from[radius:])
		}
	})
	return out
}

// negate puts the opposites of numbers of from into to, as many as it holds.
func negate(to, from []float32) {
	for i, v := range from[:len(to)] {
		to[i] = -v
	}
}

// largest finds the largest values within a radius along rows, by the two running maxima of M. van Herk, A fast
// algorithm for local minimum and maximum filters on rectangular and octagonal kernels (1992).
type largest struct {
	radius        int
	ahead, behind []float32
}

func newLargest(radius, n int) *largest {
	return &largest{radius, make([]float32, n), make([]float32, n)}
}

// replace puts the largest value nearby in the place of each of a row of n.
func (l *largest) replace(row []float32) {
	n, radius, size := len(row), l.radius, 2*l.radius+1
	ahead, behind := l.ahead[:n], l.behind[:n]
	for begin := 0; begin < n; begin += size { // block by block
		end := min(begin+size, n)
		runningMaxima(row[begin:end], ahead[begin:end], behind[begin:end])
	}
	for x := range min(radius, n) { // windows that begin at the left edge
		row[x] = ahead[min(x+radius, n-1)]
	}
	if inside := n - 2*radius; inside > 0 { // the end of one block and the start of the next
		next := ahead[2*radius:]
		for i, v := range behind[:inside] {
			row[radius+i] = larger(v, next[i])
		}
	}
	for x := max(radius, n-radius); x < n; x++ { // windows that end at the right edge
		first := x - radius
		if row[x] = behind[first]; first/size != (n-1)/size {
			row[x] = larger(behind[first], ahead[n-1])
		}
	}
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
