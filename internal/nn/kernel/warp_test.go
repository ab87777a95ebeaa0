package kernel

import (
	"fmt"
	"math"
	"math/rand/v2"
	"testing"
)

// The reference is compared with the definition of bilinear interpolation in float64: the sum of all pixels, each times
// max(0, 1-|x-c|) max(0, 1-|y-r|).
func TestWarpIsBilinear(t *testing.T) {
	const rows, cols = 5, 7
	rng := rand.New(rand.NewPCG(1, 2))
	src := make([]uint8, rows*cols)
	for i := range src {
		src[i] = uint8(rng.IntN(256))
	}
	for range 2000 {
		x, y := rng.Float32()*12-3, rng.Float32()*10-3
		var got [1]uint8
		warp(got[:], byteMat(rows, cols, cols, src), nil, []float32{x}, []float32{y})
		want := 0.0
		for r := range rows {
			for c := range cols {
				weight := max(0, 1-math.Abs(float64(x)-float64(c))) * max(0, 1-math.Abs(float64(y)-float64(r)))
				want += float64(src[r*cols+c]) * weight
			}
		}
		if math.Abs(float64(got[0])-want) > 0.5001 {
			t.Fatalf("at (%g, %g): wanted %g, found %d", x, y, want, got[0])
		}
	}
}

// At the coordinates of its pixels, an image does not change.
func TestWarpIdentity(t *testing.T) {
	const rows, cols = 9, 20
	rng := rand.New(rand.NewPCG(1, 2))
	src := make([]uint8, rows*cols)
	x, y := make([]float32, len(src)), make([]float32, len(src))
	for i := range src {
		src[i] = uint8(rng.IntN(256))
		x[i], y[i] = float32(i%cols), float32(i/cols)
	}
	for _, s := range Available() {
		got := make([]uint8, len(src))
		s.Warp(got, byteMat(rows, cols, cols, src), make([]uint16, WarpPairs(rows, cols)), x, y)
		for i := range src {
			if got[i] != src[i] {
				t.Fatalf("%s: pixel %d is %d, was %d", s.Name, i, got[i], src[i])
			}
		}
	}
}

func TestSmallProductAgreesWithReference(t *testing.T) {
	eachSet(t, func(t *testing.T, s, reference *Set, d *data) {
		for _, n := range []int{1, 7, 16, 28, 31, 32, 33, 65} {
			for _, m := range []int{1, 14, 28} {
				k, wild := d.IntN(9), d.IntN(3) == 0
				a, b := d.floats(m*k, wild), d.floats(k*n, wild)
				got := fencedFloats(d.floats(m*n, wild))
				want := got.copy()
				s.SmallProduct(got.inside, a, b, m, k, n)
				reference.SmallProduct(want.inside, a, b, m, k, n)
				sameFloats(t, fmt.Sprintf("%d x %d x %d", m, k, n), got, want)
			}
		}
	})
}

// BenchmarkWarp warps an image of 28 x 28 pixels by up to two pixels.
func BenchmarkWarp(b *testing.B) {
	const side = 28
	src := digits(1)
	rng := rand.New(rand.NewPCG(1, 2))
	x, y := Floats(side*side), Floats(side*side)
	for i := range x {
		x[i], y[i] = float32(i%side)+4*rng.Float32()-2, float32(i/side)+4*rng.Float32()-2
	}
	pairs, dst := make([]uint16, WarpPairs(side, side)), make([]uint8, side*side)
	benchSets(b, func(b *testing.B, s *Set) {
		for b.Loop() {
			s.Warp(dst, byteMat(side, side, side, src), pairs, x, y)
		}
	})
}

func FuzzWarp(f *testing.F) {
	f.Add(uint64(1), uint8(28), uint8(28), uint16(784), uint8(0))
	f.Add(uint64(2), uint8(1), uint8(16), uint16(9), uint8(3))
	f.Fuzz(func(t *testing.T, seed uint64, rows, cols uint8, n uint16, kind uint8) {
		fuzzSets(t, seed, func(s, reference *Set, d *data) {
			kinds := []string{"inside", "around", "whole", "wild"}
			compareWarp(t, s, reference, d, int(rows), int(cols), int(n)%1000, kinds[int(kind)%len(kinds)])
		})
	})
}
