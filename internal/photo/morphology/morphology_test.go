package morphology

import (
	"math/rand/v2"
	"slices"
	"testing"
)

// TestLargest compares running maxima with plain ones, for rows narrower and wider than the window.
func TestLargest(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	for _, w := range []int{1, 2, 3, 5, 7, 8, 20, 31} {
		for radius := range 12 {
			row := random(r, w)
			found := slices.Clone(row)
			newLargest(radius, w).replace(found)
			for x, v := range found {
				if wanted := slices.Max(row[max(x-radius, 0):min(x+radius+1, w)]); v != wanted {
					t.Fatalf("width %d, radius %d, at %d: wanted %v, found %v", w, radius, x, wanted, v)
				}
			}
		}
	}
}

// TestClosed compares with the largest and smallest values of each square.
func TestClosed(t *testing.T) {
	r := rand.New(rand.NewPCG(3, 4))
	for _, size := range [][2]int{{1, 1}, {1, 9}, {5, 3}, {16, 17}, {40, 20}} {
		for radius := range 5 {
			w, h := size[0], size[1]
			pix := random(r, w*h)
			at := func(x, y int) float32 { return pix[min(max(y, 0), h-1)*w+min(max(x, 0), w-1)] }
			for i, v := range Closed(pix, w, h, radius) {
				wanted := float32(2)
				for y := i/w - radius; y <= i/w+radius; y++ {
					for x := i%w - radius; x <= i%w+radius; x++ {
						wanted = min(wanted, around(at, x, y, radius))
					}
				}
				if v != wanted {
					t.Fatalf("%dx%d, radius %d, at %d: wanted %v, found %v", w, h, radius, i, wanted, v)
				}
			}
		}
	}
}

// around returns the largest value of the square around a place.
func around(at func(x, y int) float32, x, y, radius int) float32 {
	most := at(x, y)
	for dy := -radius; dy <= radius; dy++ {
		for dx := -radius; dx <= radius; dx++ {
			most = max(most, at(x+dx, y+dy))
		}
	}
	return most
}

// random returns n numbers between 0 and 1.
func random(r *rand.Rand, n int) []float32 {
	numbers := make([]float32, n)
	for i := range numbers {
		numbers[i] = r.Float32()
	}
	return numbers
}
