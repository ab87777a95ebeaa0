package keras

import (
	"archive/zip"
	"bytes"
	"fmt"
	"io"
	"math"
	"reflect"
	"slices"
	"strings"
	"testing"

	"dnn/internal/interop/chain"
	"dnn/internal/interop/hdf5"
	"dnn/internal/interop/keras/config"
)

// sequence returns n numbers, from that one.
func sequence(n int, from float32) []float32 {
	values := make([]float32, n)
	for i := range values {
		values[i] = from + float32(i%13)/8
	}
	return values
}

func dense(name string, inputs, units int) chain.Dense {
	return chain.Dense{Name: name, Inputs: inputs, Units: units, Kernel: sequence(inputs*units, -0.5),
		Bias: sequence(units, 0.25)}
}

// images is a chain with all kinds of steps, as one of images is.
func images() *chain.Chain {
	noBias := dense("dense_1", 3, 4)
	noBias.Bias = nil
	return &chain.Chain{
		Input: []int{2, 3}, Loss: "categorical_crossentropy",
		Steps: []chain.Step{
			chain.Affine{Name: "rescaling", Scale: []float64{1. / 255}, Shift: []float64{0}},
			dense("dense", 6, 3),
			chain.Activation{Function: "relu"},
			chain.BatchNormalization{Name: "batch_normalization", Gamma: sequence(3, 1), Beta: sequence(3, 0),
				Mean: sequence(3, -1), Variance: sequence(3, 2), Momentum: 0.9, Epsilon: 1e-5},
			chain.Dropout{Name: "dropout", Rate: 0.25},
			noBias,
			chain.BatchNormalization{Name: "batch_normalization_1", Mean: sequence(4, -1), Variance: sequence(4, 2),
				Momentum: 0.99, Epsilon: 0.001},
			chain.Activation{Name: "activation", Function: "gelu"},
			dense("dense_2", 4, 3),
			chain.Activation{Function: "leaky_relu", Slope: 0.2},
			dense("dense_3", 3, 3),
			chain.Activation{Name: "leaky_re_lu", Function: "leaky_relu", Slope: 0.3},
			dense("dense_4", 3, 3),
			chain.Activation{Function: "elu", Alpha: 1},
			dense("dense_5", 3, 3),
			chain.Activation{Name: "elu", Function: "elu", Alpha: 0.5},
			dense("dense_6", 3, 2),
			chain.Activation{Function: "softmax"},
		},
	}
}

// columns is a chain of a table, whose columns are standardized.
func columns() *chain.Chain {
	return &chain.Chain{Input: []int{3}, Loss: "binary_crossentropy", Steps: []chain.Step{
		chain.Affine{Name: "normalization", Scale: []float64{0.5, 2, 1}, Shift: []float64{1, -1, 0}},
		dense("dense", 3, 1),
		chain.Activation{Function: "sigmoid"},
	}}
}

// written returns what a writer writes, twice the same.
func mustWrite(t testing.TB, write func(io.Writer, *chain.Chain) error, c *chain.Chain) []byte {
	t.Helper()
	var one, two bytes.Buffer
	for _, b := range []*bytes.Buffer{&one, &two} {
		if err := write(b, c); err != nil {
			t.Fatal(err)
		}
	}
	if !bytes.Equal(one.Bytes(), two.Bytes()) {
		t.Error("the same chain gives other bytes")
	}
	return one.Bytes()
}

// What is written can be read, and is the same.
func TestRoundTrip(t *testing.T) {
	for _, c := range []*chain.Chain{images(), columns()} {
		whole := mustWrite(t, WriteKeras, c)
		for name, read := range map[string]func() (*chain.Chain, error){
			".keras": func() (*chain.Chain, error) { return Read(whole, "f") },
			".h5":    func() (*chain.Chain, error) { return Read(mustWrite(t, WriteH5, c), "f") },
			".weights.h5": func() (*chain.Chain, error) {
				return ReadWeights(mustWrite(t, WriteWeights, c), whole, "f")
			},
		} {
			got, err := read()
			if err != nil {
				t.Errorf("%s: %v", name, err)
				continue
			}
			if !slices.Equal(got.Input, c.Input) || got.Loss != c.Loss || got.Notes != nil {
				t.Errorf("%s: %v, %s, %q", name, got.Input, got.Loss, got.Notes)
			}
			for i, want := range c.Steps {
				if i >= len(got.Steps) || !reflect.DeepEqual(got.Steps[i], want) {
					t.Fatalf("%s: step %d is %+v, wanted %+v", name, i+1, got.Steps[i:min(i+1, len(got.Steps))], want)
				}
			}
			if len(got.Steps) != len(c.Steps) {
				t.Errorf("%s: %d steps, wanted %d", name, len(got.Steps), len(c.Steps))
			}
		}
	}
}

// TestLogits tests that a network that gives logits is compiled with a loss that takes them, in both formats.
func TestLogits(t *testing.T) {
	c := images()
	c.Loss = "categorical_crossentropy"
	c.Steps = slices.DeleteFunc(slices.Clone(c.Steps), func(s chain.Step) bool {
		a, ok := s.(chain.Activation)
		return ok && a.Function == "softmax"
	})
	for _, write := range []func(io.Writer, *chain.Chain) error{WriteKeras, WriteH5} {
		got, err := Read(mustWrite(t, write, c), "f")
		if err != nil || len(got.Notes) != 1 || !strings.Contains(got.Notes[0], "computed from logits") {
			t.Errorf("wanted a note about logits, found %+v, %v", got, err)
		}
	}
}

// A .keras file is a zip file without compression, with the first date that there is.
func TestArchive(t *testing.T) {
	data := mustWrite(t, WriteKeras, images())
	z, err := zip.NewReader(bytes.NewReader(data), int64(len(data)))
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for _, f := range z.File {
		names = append(names, f.Name)
		if f.Method != zip.Store || f.Flags != 0 || f.Modified.Format("2006-01-02 15:04:05") != "1980-01-01 00:00:00" {
			t.Errorf("%s: method %d, flags %d, date %v", f.Name, f.Method, f.Flags, f.Modified)
		}
	}
	if want := []string{"metadata.json", "config.json", "model.weights.h5"}; !slices.Equal(names, want) {
		t.Errorf("found %q", names)
	}
}

// classes returns the layers of what is written, in order.
func classes(t *testing.T, c *chain.Chain) string {
	t.Helper()
	files, err := unzip(mustWrite(t, WriteKeras, c), "f", configFile)
	if err != nil {
		t.Fatal(err)
	}
	m, err := config.Parse(files[configFile], "")
	if err != nil {
		t.Fatal(err)
	}
	var all []string
	for _, l := range m.Layers {
		all = append(all, l.Class+" "+l.Name)
	}
	return strings.Join(all, ", ")
}

func TestLayers(t *testing.T) {
	relu := chain.Activation{Function: "relu"}
	for _, c := range []struct {
		input []int
		steps []chain.Step
		want  string
	}{
		{[]int{2, 3}, []chain.Step{chain.Affine{Scale: []float64{2}, Shift: []float64{0}}, dense("", 6, 2), relu},
			"InputLayer input_layer, Rescaling rescaling, Flatten flatten, Dense dense"},
		{[]int{2, 3}, []chain.Step{chain.Affine{Scale: sequence64(6), Shift: []float64{0}}, dense("a", 6, 2)},
			"InputLayer input_layer, Flatten flatten, Normalization normalization, Dense a"},
		// A column that becomes 0, or its negative, is no standardization.
		{[]int{2}, []chain.Step{chain.Affine{Scale: []float64{0, 1}, Shift: []float64{0}}, dense("a", 2, 2)},
			"InputLayer input_layer, Rescaling rescaling, Dense a"},
		{[]int{2}, []chain.Step{chain.Affine{Scale: []float64{-1, 1}, Shift: []float64{0}}, dense("a", 2, 2)},
			"InputLayer input_layer, Rescaling rescaling, Dense a"},
		{[]int{2}, []chain.Step{chain.Affine{Scale: []float64{1}, Shift: []float64{0}}, dense("a", 2, 2)},
			"InputLayer input_layer, Dense a"},
		// Names are made such as Keras takes, and each occurs once.
		{[]int{2}, []chain.Step{dense("net/0.fc", 2, 2), dense("a", 2, 2), dense("a", 2, 2), dense("_ä", 2, 2)},
			"InputLayer input_layer, Dense net_0.fc, Dense a, Dense a_1, Dense dense"},
		// An activation without a name that no Dense can take has a layer.
		{[]int{2}, []chain.Step{dense("a", 2, 2), relu, relu, dense("b", 2, 2), chain.Activation{Function: "elu", Alpha: 2}},
			"InputLayer input_layer, Dense a, Activation activation, Dense b, ELU elu"},
	} {
		got := classes(t, &chain.Chain{Input: c.input, Steps: c.steps})
		if got != c.want {
			t.Errorf("got %s\nwanted %s", got, c.want)
		}
	}
}

func sequence64(n int) (all []float64) {
	for i := range n {
		all = append(all, float64(i+1))
	}
	return all
}

// adam is a state for all that images trains.
func adam(c *chain.Chain) *chain.Adam {
	a := &chain.Adam{LearningRate: 0.0005, Beta1: 0.8, Iterations: 4800,
		Momentum: map[string][]float32{}, Velocity: map[string][]float32{}}
	put := func(name string, values []float32) {
		if values != nil {
			from := float32(len(a.Momentum))
			a.Momentum[name], a.Velocity[name] = sequence(len(values), from), sequence(len(values), from+0.5)
		}
	}
	for _, s := range c.Steps {
		switch s := s.(type) {
		case chain.Dense:
			put(s.Name+".kernel", s.Kernel)
			put(s.Name+".bias", s.Bias)
		case chain.BatchNormalization:
			put(s.Name+".gamma", s.Gamma)
			put(s.Name+".beta", s.Beta)
		}
	}
	return a
}

// The state of Adam is in the order of Keras: steps, rate, and momentum and velocity of each array that is trained.
func TestOptimizer(t *testing.T) {
	c := images()
	c.Optimizer = adam(c)
	f, err := hdf5.Open(mustWrite(t, WriteWeights, c), "f", 1<<20)
	if err != nil {
		t.Fatal(err)
	}
	vars, err := f.Root().Find("optimizer/vars")
	if err != nil {
		t.Fatal(err)
	}
	want := [][]float32{{4800}, {0.0005}}
	for _, name := range []string{"dense.kernel", "dense.bias", "batch_normalization.gamma", "batch_normalization.beta",
		"dense_1.kernel", "dense_2.kernel", "dense_2.bias", "dense_3.kernel", "dense_3.bias", "dense_4.kernel",
		"dense_4.bias", "dense_5.kernel", "dense_5.bias", "dense_6.kernel", "dense_6.bias"} {
		want = append(want, c.Optimizer.Momentum[name], c.Optimizer.Velocity[name])
	}
	if names, _ := vars.Names(); len(names) != len(want) {
		t.Errorf("found %d variables, wanted %d", len(names), len(want))
	}
	for i, values := range want {
		o, err := vars.Find(fmt.Sprint(i))
		if err != nil {
			t.Fatal(err)
		}
		a, err := o.Values()
		if err != nil {
			t.Fatal(err)
		}
		if got, err := a.Floats(); err != nil || !slices.Equal(got, values) {
			t.Errorf("variable %d: %v, %v, wanted %v", i, got, err, values)
		}
	}
	if _, err := Read(mustWrite(t, WriteKeras, c), "f"); err != nil {
		t.Error(err)
	}
	delete(c.Optimizer.Velocity, "dense_3.bias")
	if err := WriteKeras(io.Discard, c); err == nil || !strings.Contains(err.Error(), "velocity of dense_3.bias") {
		t.Errorf("a state without dense_3.bias: %v", err)
	}
}

// Columns that became 0 in training still do.
func TestConstantColumn(t *testing.T) {
	c := columns()
	c.Steps[0] = chain.Affine{Name: "a", Scale: []float64{0, 2, 1}, Shift: []float64{0, -1, math.Pi}}
	got, err := Read(mustWrite(t, WriteKeras, c), "f")
	if err != nil {
		t.Fatal(err)
	}
	if !reflect.DeepEqual(got.Steps[0], c.Steps[0]) {
		t.Errorf("got %+v", got.Steps[0])
	}
}
