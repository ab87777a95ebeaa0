package nn_test

import (
	"fmt"
	"math"
	"slices"
	"strings"
	"testing"

	"dnn/internal/nn"
	"dnn/internal/nn/nntest"
)

func TestValidate(t *testing.T) {
	valid := func() nn.Architecture {
		return nntest.Network(784, nn.CategoricalCrossentropy, nn.LayerSpec{Units: 100, Activation: "relu"},
			nn.LayerSpec{Units: 10, Activation: "softmax"})
	}
	if err := valid().Validate(); err != nil {
		t.Errorf("a valid architecture: %v", err)
	}
	cases := []struct {
		name   string
		change func(*nn.Architecture)
		want   string
	}{
		{"no input", func(a *nn.Architecture) { a.Input = 0 }, "wanted at least 1 input, found 0"},
		{"negative input", func(a *nn.Architecture) { a.Input = -5 }, "wanted at least 1 input, found -5"},
		{"no layer", func(a *nn.Architecture) { a.Layers = nil }, "wanted at least one layer, found none"},
		{"no loss", func(a *nn.Architecture) { a.Loss = "" },
			"loss: wanted one of " + fmt.Sprint(nn.Losses()) + `, found ""`},
		{"unknown loss", func(a *nn.Architecture) { a.Loss = "hinge" },
			"loss: wanted one of " + fmt.Sprint(nn.Losses()) + `, found "hinge"`},
		{"negative smoothing", func(a *nn.Architecture) { a.LabelSmoothing = -0.1 },
			"label_smoothing: wanted a number from 0 to 1, found -0.1"},
		{"much smoothing", func(a *nn.Architecture) { a.LabelSmoothing = 1.5 },
			"label_smoothing: wanted a number from 0 to 1, found 1.5"},
		{"smoothed mse", func(a *nn.Architecture) { a.Loss, a.LabelSmoothing = "mse", 0.1 },
			"label_smoothing: wanted a loss that smooths labels, found mse"},
		{"unknown type", func(a *nn.Architecture) { a.Layers[0].Type = "conv2d" },
			"layer 1: wanted a type out of " + fmt.Sprint(nn.LayerTypes()) + `, found "conv2d"`},
		{"no name", func(a *nn.Architecture) { a.Layers[1].Name = "" }, `layer 2: wanted a name of its own, found ""`},
		{"repeated name", func(a *nn.Architecture) { a.Layers[1].Name = "dense" },
			`layer 2: wanted a name of its own, found "dense"`},
		{"no units", func(a *nn.Architecture) { a.Layers[0].Units = 0 },
			"layer 1: units: wanted a whole number from 1 to 1000000, found 0"},
		{"negative units", func(a *nn.Architecture) { a.Layers[1].Units = -1 },
			"layer 2: units: wanted a whole number from 1 to 1000000, found -1"},
		{"unknown initializer", func(a *nn.Architecture) { a.Layers[0].KernelInitializer.Name = "he" },
			"layer 1: kernel_initializer: wanted an initializer out of " + fmt.Sprint(nn.Initializers()) +
				`, found "he"`},
		{"drawn bias", func(a *nn.Architecture) { a.Layers[0].BiasInitializer.Name = "he_normal" },
			"layer 1: bias_initializer: wanted an initializer out of " + fmt.Sprint(nn.BiasInitializers()) +
				`, found "he_normal"`},
		{"infinite constant",
			func(a *nn.Architecture) { a.Layers[0].KernelInitializer = nn.Initializer{"constant", math.Inf(1)} },
			"layer 1: kernel_initializer: constant: wanted a number from -1000000 to 1000000, found +Inf"},
		{"value without constant", func(a *nn.Architecture) { a.Layers[1].BiasInitializer = nn.Initializer{"ones", 2} },
			"layer 2: bias_initializer: wanted no value beside the initializer ones, found 2"},
		{"value alone", func(a *nn.Architecture) { a.Layers[1].BiasInitializer.Value = 2 },
			"layer 2: bias_initializer: wanted an initializer out of " + fmt.Sprint(nn.BiasInitializers()) +
				`, found ""`},
		{"many units", func(a *nn.Architecture) { a.Layers[0].Units = nn.MaxUnits + 1 },
			"layer 1: units: wanted a whole number from 1 to 1000000, found 1.000001e+06"},
		{"l1 that is no number", func(a *nn.Architecture) { a.Layers[0].L1 = math.NaN() },
			"layer 1: l1: wanted a number from 0 to 1000, found NaN"},
		{"negative l2", func(a *nn.Architecture) { a.Layers[0].L2 = -1 },
			"layer 1: l2: wanted a number from 0 to 1000, found -1"},
		{"no activation", func(a *nn.Architecture) { a.Layers[0].Activation = "" },
			"layer 1: activation: wanted one of " + fmt.Sprint(nn.Activations()) + `, found ""`},
		{"unknown activation", func(a *nn.Architecture) { a.Layers[1].Activation = "ReLU" },
			"layer 2: activation: wanted one of " + fmt.Sprint(nn.Activations()) + `, found "ReLU"`},
	}
	for _, c := range cases {
		arch := valid()
		c.change(&arch)
		err := arch.Validate()
		if err == nil || err.Error() != c.want {
			t.Errorf("%s: wanted %s, found %v", c.name, c.want, err)
		}
		if _, newErr := nn.New(arch, 1); newErr == nil || newErr.Error() != c.want {
			t.Errorf("%s: New gives %v, wanted %s", c.name, newErr, c.want)
		}
	}
}

// The course's two networks.
func TestSummaryCounts(t *testing.T) {
	relu := func(units int) nn.LayerSpec { return nn.LayerSpec{Units: units, Activation: "relu"} }
	cases := []struct {
		arch  nn.Architecture
		want  []int
		total int
	}{
		{nntest.Network(784, nn.CategoricalCrossentropy, relu(100), relu(50),
			nn.LayerSpec{Units: 10, Activation: "softmax"}), []int{78_500, 5_050, 510}, 84_060},
		{nntest.Network(4, nn.BinaryCrossentropy, relu(8), nn.LayerSpec{Units: 1, Activation: "sigmoid"}), []int{40, 9},
			49},
	}
	for _, c := range cases {
		m, err := nn.New(c.arch, 1)
		if err != nil {
			t.Fatal(err)
		}
		held := 0
		for _, p := range m.Params() {
			held += p.Count()
		}
		var got []int
		for i, l := range c.arch.Summary() {
			got = append(got, l.Params)
			if spec := c.arch.Layers[i]; l.Name != spec.Name || l.Class != "Dense" || l.Output.Size() != spec.Units ||
				l.Trainable != l.Params {
				t.Errorf("summary of %v: %+v", spec, l)
			}
		}
		if !slices.Equal(got, c.want) || c.arch.Parameters() != c.total || held != c.total {
			t.Errorf("%s: parameters %v, %d, the network holds %d, wanted %v, %d",
				nntest.Describe(c.arch), got, c.arch.Parameters(), held, c.want, c.total)
		}
	}
}

func TestOutput(t *testing.T) {
	arch := nntest.Network(784, nn.CategoricalCrossentropy, nn.LayerSpec{Units: 100}, nn.LayerSpec{Units: 10})
	if got := arch.Output(); got != 10 {
		t.Errorf("%d outputs, wanted 10", got)
	}
	if got := nntest.Network(784, nn.CategoricalCrossentropy).Output(); got != 784 {
		t.Errorf("%d outputs without a layer, wanted the 784 inputs", got)
	}
}

// Keras's order and names: kernel before bias, layer by layer.
func TestParamsOrder(t *testing.T) {
	arch := nntest.Network(5, nn.BinaryCrossentropy, nn.LayerSpec{Units: 4, Activation: "relu"},
		nn.LayerSpec{Units: 1, Activation: "sigmoid"})
	m := nntest.RandomModel(t, arch, 1)
	var got []string
	for i, p := range m.Params() {
		got = append(got, p.Name)
		if p.Index != i {
			t.Errorf("%s: index %d, wanted %d", p.Name, p.Index, i)
		}
	}
	if want := "dense.kernel dense.bias dense_1.kernel dense_1.bias"; strings.Join(got, " ") != want {
		t.Errorf("parameters %v, wanted %s", got, want)
	}
}

// A network has the parameters that its architecture says.
func TestParamSpecs(t *testing.T) {
	arch := nntest.Network(5, nn.CategoricalCrossentropy, nn.LayerSpec{Units: 4, Activation: "relu"},
		nn.LayerSpec{Units: 3, Activation: "softmax"})
	specs := arch.Params()
	params := nntest.RandomModel(t, arch, 1).Params()
	if len(specs) != len(params) {
		t.Fatalf("%d parameters, wanted %d", len(params), len(specs))
	}
	for i, p := range params {
		if want := specs[i]; p.Name != want.Name || !slices.Equal(p.Shape, want.Shape) ||
			len(p.Floats()) != want.Count() {
			t.Errorf("parameter %d is %s %v of %d elements, wanted %s %v of %d",
				i, p.Name, p.Shape, len(p.Floats()), want.Name, want.Shape, want.Count())
		}
	}
}

// A network knows the activation of its output even if the loss applies it.
func TestArchitectureIsKept(t *testing.T) {
	arch := nntest.Network(5, nn.CategoricalCrossentropy, nn.LayerSpec{Units: 4, Activation: "relu"},
		nn.LayerSpec{Units: 3, Activation: "softmax"})
	got := nntest.RandomModel(t, arch, 1).Architecture()
	if nntest.Describe(got) != nntest.Describe(arch) || got.Layers[1] != arch.Layers[1] {
		t.Errorf("wanted %v, found %v", arch, got)
	}
}
