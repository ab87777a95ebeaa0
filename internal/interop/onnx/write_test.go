package onnx

import (
	"bytes"
	"math/rand/v2"
	"reflect"
	"slices"
	"testing"

	"dnn/internal/interop/chain"
	"dnn/internal/interop/chain/chaintest"
	"dnn/internal/interop/onnx/message"
	"dnn/internal/nn"
)

// draw returns n numbers, the same for the same seed.
func draw(seed uint64, n int) []float32 {
	r := rand.New(rand.NewPCG(seed, 1))
	all := make([]float32, n)
	for i := range all {
		all[i] = float32(r.NormFloat64())
	}
	return all
}

// dense returns a layer with weights.
func dense(name string, inputs, units int) chain.Dense {
	return chain.Dense{Name: name, Inputs: inputs, Units: units,
		Kernel: draw(uint64(inputs), inputs*units), Bias: draw(uint64(units), units)}
}

// activation returns a function with Keras's settings.
func activation(function string) chain.Activation {
	a := chain.Activation{Function: function}
	switch function {
	case "leaky_relu":
		a.Slope = 0.2
	case "elu":
		a.Alpha = 1
	}
	return a
}

// write returns a file.
func write(t *testing.T, c *chain.Chain, o Options) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := Write(&b, c, o); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// rewritten returns what Read reads of what Write wrote.
func rewritten(t *testing.T, c *chain.Chain, o Options) *chain.Chain {
	t.Helper()
	got, err := Read(write(t, c, o), "written.onnx", nil)
	if err != nil {
		t.Fatal(err)
	}
	return got
}

// TestActivations writes each activation, and reads what was written: graph evaluates the operators by formulas of its
// own, so this compares the spellings with the functions.
func TestActivations(t *testing.T) {
	for _, function := range nn.Activations() {
		want := activation(function)
		got := rewritten(t, &chain.Chain{Input: []int{3}, Steps: []chain.Step{dense("a", 3, 4), want, dense("b", 4, 2)}}, Options{})
		steps := []chain.Step{dense("a", 3, 4), want, dense("b", 4, 2)}
		switch function {
		case "linear":
			steps = slices.Delete(steps, 1, 2)
		case "celu": // with Keras's alpha it is elu
			steps[1] = activation("elu")
		}
		if !reflect.DeepEqual(got.Steps, steps) {
			t.Errorf("%s: read %v", function, got.Steps)
		}
	}
	err := Write(&bytes.Buffer{}, &chain.Chain{Input: []int{1}, Steps: []chain.Step{activation("glu")}}, Options{})
	if err == nil || err.Error() != `step 1: wanted an activation that can be written, found "glu"` {
		t.Errorf("got %v", err)
	}
}

// everything is a chain with all that a file can say.
func everything() *chain.Chain {
	n := chain.BatchNormalization{Name: "bn", Gamma: draw(1, 5), Beta: draw(2, 5), Mean: draw(3, 5),
		Variance: []float32{1, 2, 3, 4, 5}, Momentum: 0.99, Epsilon: 0.001}
	return &chain.Chain{
		Input: []int{2, 2}, Bytes: true, Classes: []string{"no", `"Ü"`}, Columns: []string{"a", "b", "c", "d"},
		Loss: "binary_crossentropy", Program: "dnn 1.2.3",
		Steps: []chain.Step{
			chain.Affine{Scale: []float64{1. / 255}, Shift: []float64{0}},
			dense("hidden", 4, 5), n, chain.Activation{Function: "elu", Alpha: 0.25},
			dense("output", 5, 1), activation("sigmoid"),
		},
	}
}

func TestWriteEverything(t *testing.T) {
	c := everything()
	for _, o := range []Options{{}, {Bytes: true}} {
		if got := rewritten(t, c, o); !reflect.DeepEqual(got, c) {
			t.Errorf("%+v:\n%+v, wanted\n%+v", o, got, c)
		}
		if !bytes.Equal(write(t, c, o), write(t, everything(), o)) {
			t.Error("two files of one chain differ")
		}
	}
}

// TestWriteSame writes what Read would not give, and compares outputs.
func TestWriteSame(t *testing.T) {
	for name, steps := range map[string][]chain.Step{
		"nothing": {},
		"dropout": {chain.Dropout{Rate: 0.5}},
		"no bias": {chain.Dense{Inputs: 3, Units: 2, Kernel: draw(1, 6)}},
		"plain normalization": {chain.BatchNormalization{Mean: draw(1, 3), Variance: []float32{1, 2, 3}, Epsilon: 0.1},
			dense("", 3, 3), dense("", 3, 3)},
		"standardized":    {chain.Affine{Scale: []float64{1. / 3, 2, 0.7}, Shift: []float64{-1000, 2, 0}}, dense("", 3, 2)},
		"constant column": {chain.Affine{Scale: []float64{1, 0, 1}, Shift: []float64{1, 2, 3}}, dense("", 3, 2)},
		"rescaled":        {chain.Affine{Scale: []float64{1 / 127.5}, Shift: []float64{-1}}, dense("", 3, 2)},
		"one shift":       {chain.Affine{Scale: []float64{1, 2, 3}, Shift: []float64{-1}}, dense("", 3, 2)},
		"affine inside":   {dense("", 3, 3), activation("relu"), chain.Affine{Scale: draw64(3), Shift: draw64(3)}, activation("tanh")},
	} {
		t.Run(name, func(t *testing.T) {
			c := &chain.Chain{Input: []int{3}, Steps: steps}
			got := rewritten(t, c, Options{})
			var inputs, outputs [][]float64
			for i := range 5 {
				x := make([]float64, 3)
				for j, v := range draw(uint64(i), 3) {
					x[j] = float64(v)
				}
				inputs, outputs = append(inputs, x), append(outputs, chaintest.Run(c, x))
			}
			compare(t, got, inputs, outputs, 2e-4)
		})
	}
}

func draw64(n int) []float64 {
	all := make([]float64, n)
	for i, v := range draw(7, n) {
		all[i] = float64(v)
	}
	return all
}

// TestWriteGraph says what a graph looks like from outside.
func TestWriteGraph(t *testing.T) {
	m, err := message.Decode(write(t, everything(), Options{Bytes: true}))
	if err != nil {
		t.Fatal(err)
	}
	wantIn := []message.Value{{Name: "input", Type: message.Uint8, Ranked: true,
		Dims: []message.Dim{{Name: "batch"}, {Size: 2}, {Size: 2}}}}
	wantOut := []message.Value{{Name: "probabilities", Type: message.Float, Ranked: true,
		Dims: []message.Dim{{Name: "batch"}, {Size: 1}}}}
	if !reflect.DeepEqual(m.Graph.Inputs, wantIn) || !reflect.DeepEqual(m.Graph.Outputs, wantOut) {
		t.Errorf("inputs %v, outputs %v", m.Graph.Inputs, m.Graph.Outputs)
	}
	var ops []string
	for _, n := range m.Graph.Nodes {
		ops = append(ops, n.Op)
	}
	if want := []string{"Cast", "Flatten", "Div", "Gemm", "BatchNormalization", "Elu", "Gemm", "Sigmoid"}; !slices.Equal(ops, want) {
		t.Errorf("operators %v, wanted %v", ops, want)
	}
	if m.IR != 8 || !slices.Equal(m.Opsets, []message.Opset{{Version: 17}}) || m.Producer != "dnn" || m.ProducerVersion != "1.2.3" {
		t.Errorf("IR %d, %v, %s %s", m.IR, m.Opsets, m.Producer, m.ProducerVersion)
	}
}

// TestWriteNames has layers with the same name, and with those of the graph.
func TestWriteNames(t *testing.T) {
	c := &chain.Chain{Input: []int{3}, Steps: []chain.Step{
		dense("input", 3, 3), dense("probabilities", 3, 3), dense("x", 3, 3), dense("x", 3, 3), activation("gelu"), activation("gelu"),
	}}
	m, err := message.Decode(write(t, c, Options{}))
	if err != nil {
		t.Fatal(err)
	}
	seen := map[string]bool{"input": true}
	for _, n := range m.Graph.Nodes {
		if seen[n.Outputs[0]] {
			t.Errorf("%s is given twice", n.Outputs[0])
		}
		seen[n.Outputs[0]] = true
	}
	rewritten(t, c, Options{})
}

func TestWriteMisfits(t *testing.T) {
	for name, step := range map[string]chain.Step{
		"dense":         dense("", 4, 3),
		"kernel":        chain.Dense{Inputs: 3, Units: 3, Kernel: draw(1, 3)},
		"affine":        chain.Affine{Scale: []float64{1, 2}, Shift: []float64{1}},
		"normalization": chain.BatchNormalization{Mean: draw(1, 2), Variance: draw(1, 3)},
	} {
		if err := Write(&bytes.Buffer{}, &chain.Chain{Input: []int{3}, Steps: []chain.Step{step}}, Options{}); err == nil {
			t.Errorf("%s: no error", name)
		}
	}
}
