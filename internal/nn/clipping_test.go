package nn

import (
	"math"
	"testing"

	"dnn/internal/nn/kernel"
)

// moved returns how far plain gradient descent with a rate of -1 moves two parameters, of three elements and of one, which
// is what is left of the gradients.
func moved(t *testing.T, clip func(*OptimizerSpec), gradients ...[]float32) [2][]float32 {
	t.Helper()
	k := kerasSteps{Shapes: [][]int{{3}, {1}}, Initial: [][]float32{{0, 0, 0}, {0}}}
	params := k.params()
	spec := DefaultOptimizer("sgd")
	clip(&spec)
	step(kernelWorker(), newOptimizer(t, spec)(params), params, -1, gradients)
	return [2][]float32{params[0].Floats(), params[1].Floats()}
}

func TestClipping(t *testing.T) {
	value := func(v float64) func(*OptimizerSpec) { return func(s *OptimizerSpec) { s.ClipValue = v } }
	norm := func(v float64) func(*OptimizerSpec) { return func(s *OptimizerSpec) { s.ClipNorm = v } }
	global := func(v float64) func(*OptimizerSpec) { return func(s *OptimizerSpec) { s.GlobalClipNorm = v } }
	cases := []struct {
		name   string
		clip   func(*OptimizerSpec)
		g0, g1 []float32
		w0, w1 []float32
	}{
		{"value", value(2), []float32{3, -4, 1}, []float32{-2}, []float32{2, -2, 1}, []float32{-2}},
		{"infinite value", value(2), []float32{inf, -inf, 0}, []float32{0}, []float32{2, -2, 0}, []float32{0}},
		{"norm", norm(1), []float32{3, -4, 0}, []float32{0.5}, []float32{0.6, -0.8, 0}, []float32{0.5}},
		{"norm of zeros", norm(1), []float32{0, 0, 0}, []float32{0}, []float32{0, 0, 0}, []float32{0}},
		{"norm just reached", norm(5), []float32{3, -4, 0}, []float32{6}, []float32{3, -4, 0}, []float32{5}},
		{"global norm", global(6.5), []float32{3, -4, 0}, []float32{12}, []float32{1.5, -2, 0}, []float32{6}},
		{"small global norm", global(100), []float32{3, -4, 0}, []float32{12}, []float32{3, -4, 0}, []float32{12}},
		{"global norm of zeros", global(1), []float32{0, 0, 0}, []float32{0}, []float32{0, 0, 0}, []float32{0}},
		{"norm whose square is too large", norm(1), []float32{3e30, 4e30, 0}, []float32{1}, []float32{0.6, 0.8, 0}, []float32{1}},
	}
	for _, c := range cases {
		got := moved(t, c.clip, c.g0, c.g1)
		near(t, c.name, got[0], c.w0, 2e-7)
		near(t, c.name, got[1], c.w1, 2e-7)
	}
	for name, clip := range map[string]func(*OptimizerSpec){"value": value(1), "norm": norm(1), "global norm": global(1)} {
		got := moved(t, clip, []float32{nan, 1, 1}, []float32{1})
		if !math.IsNaN(float64(got[0][0])) {
			t.Errorf("%s: a NaN became %v", name, got[0][0])
		}
		if whole := !finite(got[1][0]); whole != (name == "global norm") {
			t.Errorf("%s: with a NaN elsewhere a gradient of 1 became %v", name, got[1][0])
		}
	}
}

// The sum of squares is over the elements and not over the padding.
func TestSquares(t *testing.T) {
	m := kernel.NewMatrix(3, 21)
	for i := range m.Data {
		m.Data[i] = 1000
	}
	for r := range m.Rows {
		for c, v := 0, m.Row(r); c < len(v); c++ {
			v[c] = float32(r + c)
		}
	}
	want := 0.0
	for r := range 3 {
		for c := range 21 {
			want += float64((r + c) * (r + c))
		}
	}
	if got := squares(m); got != want {
		t.Errorf("%v, want %v", got, want)
	}
}
