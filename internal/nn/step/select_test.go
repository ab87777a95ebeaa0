package step

import (
	"slices"
	"testing"

	"dnn/internal/nn"
	"dnn/internal/nn/batch"
	"dnn/internal/nn/kernel"
	"dnn/internal/nn/nntest"
)

// Selected samples give the same as copies of them, to the bit, in training and evaluation.
func TestSelect(t *testing.T) {
	order := []int32{7, 2, 2, 19, 0, 11, 5}
	arch := nntest.Network(30, nn.CategoricalCrossentropy, nntest.Dense(20, "relu"), nntest.Dense(3, "softmax"))
	for name, s := range nntest.Forms(nntest.RandomBytes(20, 30, 3, 1)) {
		selected := s.Select(order)
		copied := &batch.Samples{Count: len(order), Features: 30, Table: s.Table}
		for i, o := range order {
			copied.Labels = append(copied.Labels, s.Labels[o])
			if s.Bytes != nil {
				copied.Bytes = append(copied.Bytes, s.Bytes[30*o:30*(o+1)]...)
				if !slices.Equal(selected.Pixels(i), s.Pixels(int(o))) {
					t.Errorf("%s: sample %d: wanted the bytes of sample %d, found others", name, i, o)
				}
			} else {
				copied.Floats = append(copied.Floats, s.Floats[30*o:30*(o+1)]...)
			}
		}
		for _, pair := range [][2]*batch.Samples{
			{selected, copied},
			{selected.Slice(2, 5), copied.Slice(2, 5)},
			{selected.Select([]int32{3, 1}), copied.Select([]int32{3, 1})},
			{s.Slice(4, 12).Select([]int32{3, 1}), copied.Select([]int32{0, 6})},
		} {
			if !slices.Equal(pair[0].Labels, pair[1].Labels) {
				t.Errorf("%s: labels: wanted %v, found %v", name, pair[1].Labels, pair[0].Labels)
			}
			n := pair[1].Count
			want := train(t, kernel.Available()[0], 2, arch, adam, pair[1], n, 2)
			compare(t, name, train(t, kernel.Available()[0], 2, arch, adam, pair[0], n, 2), want)
		}
	}
}
