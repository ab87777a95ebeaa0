package nn_test

import (
	"encoding/json"
	"math"
	"slices"
	"testing"

	"dnn/internal/nn"
	"dnn/internal/nn/kernel"
	"dnn/internal/nn/nntest"
	"dnn/internal/random"
)

func TestGlorotUniform(t *testing.T) {
	for _, shape := range [][2]int{{784, 100}, {100, 784}, {300, 17}, {1, 5000}} {
		k := kernel.NewMatrix(shape[0], shape[1])
		nn.Initialize("glorot_uniform", random.Stream(1, "test", 0), k)
		limit := math.Sqrt(6 / float64(shape[0]+shape[1]))
		n := float64(shape[0] * shape[1])
		var sum, squares, largest, least float64
		for r := range k.Rows {
			for _, w := range k.Row(r) {
				v := float64(w) / limit
				sum += v
				squares += v * v
				largest, least = max(largest, v), min(least, v)
			}
		}
		// In units of the limit: mean 0 with a standard error of sqrt(1/3n), variance 1/3 with one of sqrt(4/45n).
		mean, variance := sum/n, squares/n-sum/n*sum/n
		if math.Abs(mean) > 4*math.Sqrt(1/(3*n)) || math.Abs(variance-1.0/3) > 4*math.Sqrt(4/(45*n)) {
			t.Errorf("%v: mean %.5f and variance %.5f of the limit, wanted 0 and 1/3", shape, mean, variance)
		}
		if largest > 1+1e-7 || least < -1-1e-7 || largest < 1-10/n || least > -1+10/n {
			t.Errorf("%v: weights from %v to %v of the limit, wanted -1 to 1", shape, least, largest)
		}
		for r := range k.Rows {
			for _, pad := range k.Data[r*k.Stride+k.Cols : (r+1)*k.Stride] {
				if pad != 0 {
					t.Fatalf("%v: padding of row %d is written to", shape, r)
				}
			}
		}
	}
}

// A constant fills its whole parameter with the nearest float32, as Keras's Constant(value) does.
func TestConstant(t *testing.T) {
	spec := nn.LayerSpec{
		Units: 3, Activation: "relu",
		KernelInitializer: nn.Initializer{"constant", 0.1}, BiasInitializer: nn.Initializer{"constant", -0.25},
	}
	plain := nn.LayerSpec{Units: 2, Activation: "softmax", BiasInitializer: nn.Initializer{Name: "ones"}}
	m, err := nn.New(nntest.Network(5, nn.CategoricalCrossentropy, spec, plain), 1)
	if err != nil {
		t.Fatal(err)
	}
	params := m.Params()
	for i, want := range map[int]float32{0: 0.1, 1: -0.25, 3: 1} {
		if got := params[i].Floats(); slices.ContainsFunc(got, func(v float32) bool { return v != want }) {
			t.Errorf("%s is %v, wanted %v everywhere", params[i].Name, got, want)
		}
	}
}

func TestInitializerJSON(t *testing.T) {
	for text, want := range map[string]nn.Initializer{
		`"he_normal"`: {Name: "he_normal"}, `{"constant":0.1}`: {"constant", 0.1}, `{"constant":0}`: {Name: "constant"},
		`""`: {},
	} {
		var got nn.Initializer
		err := json.Unmarshal([]byte(text), &got)
		again, _ := json.Marshal(got)
		if err != nil || got != want || string(again) != text {
			t.Errorf("%s is read as %+v, %v, and written as %s", text, got, err, again)
		}
	}
	for _, text := range []string{`"constant"`, `{}`, `{"constant":"1"}`, `{"constant":null}`,
		`{"constant":1,"value":2}`, `1`, `[]`} {
		var got nn.Initializer
		want := `wanted the name of an initializer or {"constant": NUMBER}, found ` + text
		if err := json.Unmarshal([]byte(text), &got); err == nil || err.Error() != want {
			t.Errorf("%s: found %+v, %v", text, got, err)
		}
	}
}

// The weights of a layer depend on the seed and its name, not on the other layers. Biases are zero.
func TestInitialWeights(t *testing.T) {
	output := nn.LayerSpec{Units: 10, Activation: "softmax"}
	build := func(seed uint64, layers ...nn.LayerSpec) [][]float32 {
		m, err := nn.New(nntest.Network(20, nn.CategoricalCrossentropy, layers...), seed)
		if err != nil {
			t.Fatal(err)
		}
		var all [][]float32
		for _, p := range m.Params() {
			all = append(all, p.Floats())
		}
		return all
	}
	hidden := nn.LayerSpec{Units: 20, Activation: "relu"}
	three, two, other := build(1, hidden, hidden, output), build(1, hidden, hidden), build(2, hidden, hidden, output)
	if !slices.Equal(three[0], two[0]) || !slices.Equal(three[2], two[2]) {
		t.Error("the same layers of another network have other weights")
	}
	if slices.Equal(three[0], three[2]) {
		t.Error("two layers of one network have the same weights")
	}
	if slices.Equal(three[0], other[0]) {
		t.Error("another seed gives the same weights")
	}
	for i := 1; i < len(three); i += 2 {
		if slices.ContainsFunc(three[i], func(v float32) bool { return v != 0 }) {
			t.Errorf("biases %v, wanted zeros", three[i])
		}
	}
}
