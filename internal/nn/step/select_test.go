package step

import (
	"slices"
	"testing"

	"dnn/internal/nn"
	"dnn/internal/nn/batch"
	"dnn/internal/nn/kernel"
	"dnn/internal/nn/nntest"
)

// Selected samples give what copies of them give, to the bit, in training and evaluation.
func TestSelect(t *testing.T) {
	order := []int32{7, 2, 2, 19, 0, 11, 5}
	arch := nntest.Network(30, nn.CategoricalCrossentropy, nn.LayerSpec{Units: 20, Activation: "relu"}, nn.LayerSpec{Units: 3, Activation: "softmax"})
	for name, s := range nntest.Forms(nntest.RandomBytes(20, 30, 3, 1)) {
		part := s.Select(order)
		copied := &batch.Samples{Count: len(order), Features: 30, Table: s.Table}
		for i, o := range order {
			copied.Labels = append(copied.Labels, s.Labels[o])
			if s.Bytes != nil {
				copied.Bytes = append(copied.Bytes, s.Bytes[30*o:30*(o+1)]...)
				if !slices.Equal(part.Pixels(i), s.Pixels(int(o))) {
					t.Errorf("%s: sample %d is not sample %d", name, i, o)
				}
			} else {
				copied.Floats = append(copied.Floats, s.Floats[30*o:30*(o+1)]...)
			}
		}
		for _, pair := range [][2]*batch.Samples{
			{part, copied},
			{part.Slice(2, 5), copied.Slice(2, 5)},
			{part.Select([]int32{3, 1}), copied.Select([]int32{3, 1})},
			{s.Slice(4, 12).Select([]int32{3, 1}), copied.Select([]int32{0, 6})},
		} {
			if !slices.Equal(pair[0].Labels, pair[1].Labels) {
				t.Errorf("%s: labels %v, want %v", name, pair[0].Labels, pair[1].Labels)
			}
			n := pair[1].Count
			want := train(t, kernel.Available()[0], 2, arch, adam, pair[1], n, 2)
			compare(t, name, train(t, kernel.Available()[0], 2, arch, adam, pair[0], n, 2), want)
		}
	}
}
