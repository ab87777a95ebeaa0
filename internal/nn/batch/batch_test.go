package batch

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"

	"dnn/internal/exact"
	"dnn/internal/nn/kernel"
)

// The lists by feature have each nonzero byte of the batch once, in the order of the samples: for few samples, whose
// lists are made by scatter, and for many; made for all features of a share or for some of them.
func TestListsByFeature(t *testing.T) {
	const features, most = 400, 40
	s := randomBytes(200, features, 3, 1)
	shares := []kernel.Span{{Lo: 0, Hi: 64}, {Lo: 64, Hi: features}, {Lo: features, Hi: features}}
	spans := []kernel.Span{
		{Lo: 64, Hi: 64}, {Lo: 64, Hi: 80}, {Lo: 80, Hi: features}, {Lo: 0, Hi: 64}, {Lo: features, Hi: features},
	}
	for _, set := range kernel.Available() {
		for _, piece := range []int{most, 8, 3} {
			w := kernel.NewWorker(set, 0)
			in := New(s, most, shares, piece)
			for _, count := range []int{1, 2, scatterBatch, scatterBatch + 1, 16, 17, most} {
				t.Run(fmt.Sprintf("%s, %d samples in pieces of %d", set.Name, count, piece), func(t *testing.T) {
					compareLists(t, &w, in, s, shares, spans, count)
				})
			}
		}
	}
}

// compareLists loads so many samples, makes their lists by feature and compares these with the samples.
func compareLists(t *testing.T, w *kernel.Worker, in *Batch, s *Samples, shares, spans []kernel.Span, count int) {
	t.Helper()
	var order []int32
	for i := range count {
		order = append(order, int32(199-3*i))
	}
	in.Count = count
	half := count / 2 // two tasks load them
	for _, rows := range []kernel.Span{{Lo: half, Hi: count}, {Lo: 0, Hi: half}} {
		in.Load(w, s, order, rows, kernel.Span{Lo: 0, Hi: len(shares)})
	}
	for _, f := range spans {
		in.Transpose(w.Set, f)
	}
	for f := range s.Features {
		var want []uint32
		for r, i := range order {
			if b := s.Pixels(int(i))[f]; b != 0 {
				want = append(want, uint32(r)<<8|uint32(b))
			}
		}
		var got []uint32
		for _, p := range in.filled() {
			got = append(got, p.byFeature.Row(f)...)
		}
		if !slices.Equal(got, want) {
			t.Fatalf("entries of feature %d: wanted %x, found %x", f, want, got)
		}
	}
}

// Adam's step of a batch in pieces has the bits of Adam's step with the gradient of one list for each feature, for all rows
// and for the empty and the filled ones in turn.
func TestAdamOfPieces(t *testing.T) {
	const features, most, cols = 500, 60, 137 // more columns than a panel has, and more features than a block
	s := randomBytes(most, features, 3, 1)
	for i := range s.Bytes { // a feature in four is always zero, as at the margins of an image
		if i%features/5%4 == 0 {
			s.Bytes[i] = 0
		}
	}
	shares := []kernel.Span{{Lo: 0, Hi: features}}
	rng := rand.New(rand.NewPCG(3, 4))
	numbers := func(rows int) kernel.Matrix {
		m := kernel.NewMatrix(rows, cols)
		for i := range m.Data {
			m.Data[i] = rng.Float32()
		}
		return m
	}
	dz, p0, m0, v0 := numbers(most), numbers(features), numbers(features), numbers(features)
	step := kernel.AdamStep{Alpha: 0.01, C1: 0.1, C2: 0.01, Epsilon: 1e-7}
	for _, count := range []int{1, 20, 24, 25, most} {
		g := kernel.NewMatrix(features, cols)
		for f := range features {
			for r := range count {
				for c := range cols {
					g.Row(f)[c] = exact.FMA(s.Table[s.Pixels(r)[f]], dz.Row(r)[c], g.Row(f)[c])
				}
			}
		}
		reference, err := kernel.Select("generic")
		if err != nil {
			t.Fatal(err)
		}
		want := []kernel.Matrix{copyOf(p0), copyOf(m0), copyOf(v0)}
		reference.Adam(want[0], want[1], want[2], g, step)
		for _, set := range kernel.Available() {
			for _, piece := range []int{most, 16, 8} {
				for _, calls := range [][]kernel.Rows{{kernel.AllRows}, {kernel.EmptyRows, kernel.FilledRows}} {
					w := kernel.NewWorker(set, 0)
					in := New(s, most, shares, piece)
					if pieces := (most + piece - 1) / piece; len(in.pieces) != pieces {
						t.Fatalf("pieces of %d: wanted %d, found %d", piece, pieces, len(in.pieces))
					}
					in.Count = count
					in.Load(&w, s, counting(count), kernel.Span{Hi: count}, kernel.Span{Hi: 1})
					in.Transpose(set, shares[0])
					got := []kernel.Matrix{copyOf(p0), copyOf(m0), copyOf(v0)}
					for _, which := range calls {
						in.Adam(&w, got[0], got[1], got[2], shares[0], dz.Slice(0, count), step, which)
					}
					for i, name := range []string{"parameters", "first moments", "second moments"} {
						if !slices.Equal(got[i].Data, want[i].Data) {
							t.Errorf("%s, %d samples in pieces of %d, rows %v: %s are not those of Adam",
								set.Name, count, piece, calls, name)
						}
					}
				}
			}
		}
	}
}

// A batch is cut evenly, and not into two.
func TestCut(t *testing.T) {
	s := randomBytes(1, 10, 3, 1)
	for _, c := range []struct {
		size, piece int
		want        []kernel.Span
	}{
		{100, 1 << 31, []kernel.Span{{Lo: 0, Hi: 100}}},
		{128, 64, []kernel.Span{{Lo: 0, Hi: 128}}},
		{129, 64, []kernel.Span{{Lo: 0, Hi: 48}, {Lo: 48, Hi: 96}, {Lo: 96, Hi: 129}}},
		{200, 64, []kernel.Span{{Lo: 0, Hi: 56}, {Lo: 56, Hi: 112}, {Lo: 112, Hi: 168}, {Lo: 168, Hi: 200}}},
		{1, 64, []kernel.Span{{Lo: 0, Hi: 1}}},
	} {
		var got []kernel.Span
		for _, p := range New(s, c.size, []kernel.Span{{Hi: 10}}, c.piece).pieces {
			got = append(got, p.samples)
		}
		if !slices.Equal(got, c.want) {
			t.Errorf("%d samples in pieces of %d: wanted %v, found %v", c.size, c.piece, c.want, got)
		}
	}
}

func copyOf(m kernel.Matrix) kernel.Matrix {
	m.Data = slices.Clone(m.Data)
	return m
}
