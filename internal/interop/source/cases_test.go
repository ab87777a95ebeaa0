package source

import (
	"math"
	"math/rand/v2"
	"testing"

	"dnn/internal/interop/chain"
	"dnn/internal/nn"
)

// example is a chain, a name, and inputs to try it with.
type example struct {
	name   string
	chain  *chain.Chain
	inputs [][]float64
}

// examples returns chains of all kinds: each activation, each kind of input, of answer and of step.
func examples(t *testing.T) []example {
	t.Helper()
	r := rand.New(rand.NewPCG(1, 2))
	normal := func(n int, size float64) []float32 {
		v := make([]float32, n)
		for i := range v {
			v[i] = float32(size * r.NormFloat64())
		}
		return v
	}
	dense := func(in, units int) chain.Dense {
		return chain.Dense{Inputs: in, Units: units, Kernel: normal(in*units, 1), Bias: normal(units, 1)}
	}
	act := func(function string) chain.Activation { return chain.Activation{Function: function} }
	softmax := act("softmax")
	var all []example
	add := func(name string, c *chain.Chain) {
		size := 1
		for _, d := range c.Input {
			size *= d
		}
		e := example{name: name, chain: c}
		for range 3 {
			x := make([]float64, size)
			for i := range x {
				switch {
				case r.IntN(4) == 0:
				case c.Bytes:
					x[i] = float64(r.IntN(256))
				default:
					x[i] = float64(float32(3 * r.NormFloat64()))
				}
			}
			e.inputs = append(e.inputs, x)
		}
		all = append(all, e)
	}
	for _, f := range nn.Activations() {
		a := chain.Activation{Function: f}
		switch f {
		case "leaky_relu":
			a.Slope = 0.2
		case "elu":
			a.Alpha = 1
		}
		add("of_"+f, &chain.Chain{Input: []int{3}, Steps: []chain.Step{dense(3, 4), a}})
	}
	scale := chain.Affine{Scale: []float64{1.0 / 255}, Shift: []float64{0}}
	add("image", &chain.Chain{Input: []int{5, 4}, Bytes: true, Classes: []string{"a\"b\\", "c??/d", "é*/\n"},
		Steps: []chain.Step{scale, dense(20, 7), act("relu"), chain.Dropout{Rate: 0.5}, dense(7, 3), softmax}})
	add("raw", &chain.Chain{Input: []int{5, 4, 1}, Bytes: true, Steps: []chain.Step{dense(20, 3), softmax}})
	add("signed", &chain.Chain{Input: []int{20}, Bytes: true, Steps: []chain.Step{
		chain.Affine{Scale: []float64{1 / 127.5}, Shift: []float64{-1}}, dense(20, 3), softmax}})
	add("table", &chain.Chain{Input: []int{2}, Columns: []string{"height, cm", "width \"w\""}, Classes: []string{"no", "yes"},
		Steps: []chain.Step{chain.Affine{Scale: []float64{0.01, 1e3}, Shift: []float64{-2000, 0.5}}, dense(2, 9), act("tanh"),
			dense(9, 1), act("sigmoid")}})
	add("value", &chain.Chain{Input: []int{3}, Steps: []chain.Step{dense(3, 8), act("gelu"), dense(8, 1)}})
	add("normalized", &chain.Chain{Input: []int{3}, Steps: []chain.Step{
		chain.BatchNormalization{Mean: []float32{1, 2, 3}, Variance: []float32{1, 4, 0}, Epsilon: 1e-3},
		dense(3, 30),
		chain.BatchNormalization{Gamma: normal(30, 1), Beta: normal(30, 1), Mean: normal(30, 1),
			Variance: []float32(make([]float32, 30)), Epsilon: 0.5},
		chain.Activation{Function: "leaky_relu", Slope: 1.5},
		chain.Dense{Inputs: 30, Units: 20, Kernel: normal(600, 0.1)},
		chain.Activation{Function: "elu", Alpha: 0.3},
		chain.Affine{Scale: []float64{-2}, Shift: normal64(normal(20, 1))},
		chain.Activation{Function: "leaky_relu", Slope: 0},
		dense(20, 40), chain.Activation{Function: "elu", Alpha: -0.25}, dense(40, 2),
		chain.Affine{Scale: []float64{0.1}, Shift: []float64{-3}}, softmax,
	}})
	extreme := dense(3, 4)
	extreme.Kernel = []float32{1e30, -1e30, 90, -90, 0, math.SmallestNonzeroFloat32, math.Float32frombits(1 << 31), 1e-38,
		1, -1, 0.1, math.MaxFloat32 / 1e4}
	add("extreme", &chain.Chain{Input: []int{3}, Steps: []chain.Step{extreme, softmax}})
	return all
}

func normal64(v []float32) []float64 {
	w := make([]float64, len(v))
	for i, x := range v {
		w[i] = float64(x)
	}
	return w
}
