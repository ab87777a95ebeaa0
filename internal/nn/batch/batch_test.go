package batch

import (
	"fmt"
	"slices"
	"testing"

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
		worker := kernel.NewWorker(set, 0)
		w := &worker
		in := New(s, most, shares, true)
		for _, count := range []int{1, 2, scatterBatch, scatterBatch + 1, most} {
			t.Run(fmt.Sprintf("%s, %d samples", set.Name, count), func(t *testing.T) {
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
					in.Transpose(set, f)
				}
				for f := range features {
					var want []uint32
					for r, i := range order {
						if b := s.Pixels(int(i))[f]; b != 0 {
							want = append(want, uint32(r)<<8|uint32(b))
						}
					}
					if got := in.byFeature.Row(f); !slices.Equal(got, want) {
						t.Fatalf("entries of feature %d: wanted %x, found %x", f, want, got)
					}
				}
			})
		}
	}
}
