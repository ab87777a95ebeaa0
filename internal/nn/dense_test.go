package nn_test

import (
	"math/rand/v2"
	"slices"
	"testing"

	"dnn/internal/nn"
	"dnn/internal/nn/kernel"
	"dnn/internal/nn/nntest"
)

// collector keeps the gradients of a kernel, and how often it got each element.
type collector struct {
	gradient kernel.Matrix
	times    []int
}

func (c *collector) Update(_ *kernel.Worker, p *nn.Param, row, col int, g kernel.Matrix) {
	if p.Value.Rows == 1 {
		return // the bias
	}
	for r := range g.Rows {
		copy(c.gradient.Row(row + r)[col:], g.Row(r))
		for j := range g.Cols {
			c.times[(row+r)*c.gradient.Cols+col+j]++
		}
	}
}

// A gradient arrives whole, whatever blocks it comes in: small ones, and large ones where dz does not fit into a cache.
func TestGradientsComeInBlocks(t *testing.T) {
	for _, shape := range []struct{ batch, in, out int }{{7, 50, 30}, {70, 1030, 2100}, {2000, 40, 70}} {
		m, err := nn.New(nntest.Network(3, nn.CategoricalCrossentropy, nn.LayerSpec{Units: shape.in, Activation: "relu"},
			nn.LayerSpec{Units: shape.out, Activation: "relu"}, nn.LayerSpec{Units: 2, Activation: "softmax"}), 1)
		if err != nil {
			t.Fatal(err)
		}
		rng := rand.New(rand.NewPCG(1, 2))
		x, dz := kernel.NewMatrix(shape.batch, shape.in), kernel.NewMatrix(shape.batch, shape.out)
		for _, v := range [][]float32{x.Data, dz.Data} {
			for i := range v {
				v[i] = float32(rng.NormFloat64())
			}
		}
		want := kernel.NewMatrix(shape.in, shape.out)
		nntest.Worker().Multiply(want, x.Transposed(), dz.Operand())
		got := &collector{kernel.NewMatrix(shape.in, shape.out), make([]int, shape.in*shape.out)}
		for i := range 3 {
			m.Layers()[1].Update(nntest.Worker(), x, dz, i, 3, got)
		}
		if !slices.Equal(got.gradient.Flatten(), want.Flatten()) {
			t.Errorf("%+v: another gradient than that of one product", shape)
		}
		if i := slices.IndexFunc(got.times, func(n int) bool { return n != 1 }); i >= 0 {
			t.Errorf("%+v: element %d came %d times", shape, i, got.times[i])
		}
	}
}
