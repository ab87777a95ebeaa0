package photo

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
			p := newPlane(w, 3)
			for i := range p.pix {
				p.pix[i] = r.Float32()
			}
			found := p.largest(radius)
			for y := range 3 {
				for x := range w {
					wanted := slices.Max(p.row(y)[max(x-radius, 0):min(x+radius+1, w)])
					if v := found.row(y)[x]; v != wanted {
						t.Fatalf("width %d, radius %d, at %d: wanted %v, found %v", w, radius, x, wanted, v)
					}
				}
			}
		}
	}
}
