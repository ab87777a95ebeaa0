package kernel

import (
	"fmt"
	"math"
	"testing"
)

// Moments that are denormal, or become so, are those of the reference: those next to zero, next to
// the least normal number and in between, of both signs, alone in a vector and beside others, while the gradient is
// zero of either sign, and when one comes.
func TestAdamOfDenormalMomentsAgreesWithReference(t *testing.T) {
	const rows, cols = 9, 100 // of every three rows, two have a gradient
	shares := []float32{1 - 0.9, 1 - 0.999, 0.5, 0.9, 0, 0x1p-149, math.Nextafter32(1, 0), 1, 1.5, -0.1,
		float32(math.Copysign(0, -1)), float32(math.Inf(1)), float32(math.NaN())}
	eachSet(t, func(t *testing.T, s, reference *Set, d *data) {
		moment := func() float32 {
			var bits uint32
			switch d.IntN(6) {
			case 0:
				bits = d.Uint32N(40)
			case 1:
				bits = 1<<23 - 20 + d.Uint32N(40)
			case 2, 3:
				bits = d.Uint32N(1 << 23)
			case 4:
				bits = 1 << d.IntN(25)
			default:
				return float32(d.NormFloat64())
			}
			return math.Float32frombits(bits | d.Uint32()&(1<<31))
		}
		gradient := func() float32 {
			switch d.IntN(8) {
			case 0:
				return float32(d.NormFloat64())
			case 1:
				return moment()
			default:
				return math.Float32frombits(d.Uint32() & (1 << 31))
			}
		}
		of := func(x fenced[float32]) Matrix { return mat(rows, cols, cols, x.inside) }
		for range 20 {
			for _, c1 := range shares {
				step := AdamStep{Alpha: 0.001, C1: c1, C2: shares[d.IntN(len(shares))], Epsilon: 1e-7}
				p, m, v := fencedFloats(d.floats(rows*cols, false)), fencedFloats(make([]float32, rows*cols)),
					fencedFloats(make([]float32, rows*cols))
				g, row := make([]float32, rows*cols), make([]float32, cols)
				for i := range g {
					m.inside[i], v.inside[i] = moment(), moment()
					if d.IntN(4) > 0 {
						v.inside[i] = max(v.inside[i], -v.inside[i])
					}
				}
				for c := range row {
					row[c] = gradient() + 0 // a sum, which is never -0
				}
				// Rows 0, 3 and 6 have no entries, the others one: 1 x row.
				x := Sparse{Rows: rows, Entries: []uint32{1}, Step: 2, Table: &[256]float32{1: 1}}
				for r := range rows {
					x.Start = append(x.Start, 0, int32(min(r%3, 1)))
					if r%3 > 0 {
						copy(g[r*cols:], row)
					}
				}
				fused := [3]fenced[float32]{p.copy(), m.copy(), v.copy()}
				want := [3]fenced[float32]{p.copy(), m.copy(), v.copy()}
				what := fmt.Sprintf("%+v: ", step)
				for range 3 {
					reference.Adam(of(want[0]), of(want[1]), of(want[2]), mat(rows, cols, cols, g), step)
					s.Adam(of(p), of(m), of(v), mat(rows, cols, cols, g), step)
					sameAdam(t, "Adam: "+what, [3]fenced[float32]{p, m, v}, want)
					if s.FusesAdam() {
						s.SparseAdam(of(fused[0]), of(fused[1]), of(fused[2]), x, mat(1, cols, cols, row), step, AllRows)
						sameAdam(t, "SparseAdam: "+what, fused, want)
					}
				}
			}
		}
		// Gradients of -0 reach Adam only.
		step := AdamStep{Alpha: 0.001, C1: 1 - 0.9, C2: 1 - 0.999, Epsilon: 1e-7}
		for range 200 {
			p, m, v := fencedFloats(d.floats(cols, false)), fencedFloats(make([]float32, cols)),
				fencedFloats(make([]float32, cols))
			g := make([]float32, cols)
			for i := range g {
				m.inside[i], v.inside[i], g[i] = moment(), moment(), gradient()
			}
			want := [3]fenced[float32]{p.copy(), m.copy(), v.copy()}
			one := func(x fenced[float32]) Matrix { return mat(1, cols, cols, x.inside) }
			reference.Adam(one(want[0]), one(want[1]), one(want[2]), mat(1, cols, cols, g), step)
			s.Adam(one(p), one(m), one(v), mat(1, cols, cols, g), step)
			sameAdam(t, "Adam: ", [3]fenced[float32]{p, m, v}, want)
		}
	})
}
