package optimizer_test

import (
	"math"
	"testing"

	"dnn/internal/nn/nntest"
	"dnn/internal/nn/optimizer"
)

// moved returns two clipped gradients, of three elements and of one: plain gradient descent with a rate of -1 moves
// parameters of zeros to them.
func moved(t *testing.T, clip func(*optimizer.Spec), gradients ...[]float32) [2][]float32 {
	t.Helper()
	k := kerasSteps{Shapes: [][]int{{3}, {1}}, Initial: [][]float32{{0, 0, 0}, {0}}}
	params := k.params()
	spec := optimizer.Default("sgd")
	clip(&spec)
	move(nntest.Worker(), nntest.NewOptimizer(t, spec)(params), params, -1, gradients)
	return [2][]float32{params[0].Floats(), params[1].Floats()}
}

func TestClipping(t *testing.T) {
	value := func(v float64) func(*optimizer.Spec) { return func(s *optimizer.Spec) { s.ClipValue = v } }
	norm := func(v float64) func(*optimizer.Spec) { return func(s *optimizer.Spec) { s.ClipNorm = v } }
	global := func(v float64) func(*optimizer.Spec) { return func(s *optimizer.Spec) { s.GlobalClipNorm = v } }
	cases := []struct {
		name   string
		clip   func(*optimizer.Spec)
		g0, g1 []float32
		w0, w1 []float32
	}{
		{"value", value(2), []float32{3, -4, 1}, []float32{-2}, []float32{2, -2, 1}, []float32{-2}},
		{"infinite value", value(2), []float32{nntest.Inf, -nntest.Inf, 0}, []float32{0}, []float32{2, -2, 0},
			[]float32{0}},
		{"norm", norm(1), []float32{3, -4, 0}, []float32{0.5}, []float32{0.6, -0.8, 0}, []float32{0.5}},
		{"norm of zeros", norm(1), []float32{0, 0, 0}, []float32{0}, []float32{0, 0, 0}, []float32{0}},
		{"norm just reached", norm(5), []float32{3, -4, 0}, []float32{6}, []float32{3, -4, 0}, []float32{5}},
		{"global norm", global(6.5), []float32{3, -4, 0}, []float32{12}, []float32{1.5, -2, 0}, []float32{6}},
		{"small global norm", global(100), []float32{3, -4, 0}, []float32{12}, []float32{3, -4, 0}, []float32{12}},
		{"global norm of zeros", global(1), []float32{0, 0, 0}, []float32{0}, []float32{0, 0, 0}, []float32{0}},
		{"norm whose square is too large", norm(1), []float32{3e30, 4e30, 0}, []float32{1}, []float32{0.6, 0.8, 0},
			[]float32{1}},
	}
	for _, c := range cases {
		got := moved(t, c.clip, c.g0, c.g1)
		nntest.Near(t, c.name, got[0], c.w0, 2e-7)
		nntest.Near(t, c.name, got[1], c.w1, 2e-7)
	}
	clips := map[string]func(*optimizer.Spec){"value": value(1), "norm": norm(1), "global norm": global(1)}
	for name, clip := range clips {
		got := moved(t, clip, []float32{nntest.NaN, 1, 1}, []float32{1})
		if !math.IsNaN(float64(got[0][0])) {
			t.Errorf("%s: wanted NaN, found %v", name, got[0][0])
		}
		if spread := !nntest.Finite(got[1][0]); spread != (name == "global norm") {
			t.Errorf("%s: a gradient of 1, with a NaN in another parameter: found %v", name, got[1][0])
		}
	}
}
