package chain_test

import (
	"math"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"dnn/internal/fault"
	"dnn/internal/interop/chain"
	"dnn/internal/interop/chain/chaintest"
	"dnn/internal/modelfile"
	"dnn/internal/nn"
	"dnn/internal/nn/kernel"
	"dnn/internal/nn/step"
)

// source makes steps with random weights.
type source struct{ *rand.Rand }

func (r source) floats(n int, low, high float64) []float32 {
	values := make([]float32, n)
	for i := range values {
		values[i] = float32(low + (high-low)*r.Float64())
	}
	return values
}

func (r source) wide(n int, low, high float64) []float64 {
	values := make([]float64, n)
	for i := range values {
		values[i] = low + (high-low)*r.Float64()
	}
	return values
}

func (r source) dense(in, units int) chain.Dense {
	limit := math.Sqrt(6 / float64(in+units))
	return chain.Dense{Name: "d", Inputs: in, Units: units, Kernel: r.floats(in*units, -limit, limit),
		Bias: r.floats(units, -0.5, 0.5)}
}

func (r source) normalization(n int) chain.BatchNormalization {
	return chain.BatchNormalization{Name: "bn", Gamma: r.floats(n, -1, 2), Beta: r.floats(n, -1, 1),
		Mean: r.floats(n, -1, 1), Variance: r.floats(n, 0.1, 2), Epsilon: 0.001, Momentum: 0.9}
}

func activation(name string) chain.Activation {
	return chain.Activation{Function: name, Slope: 0.2, Alpha: 1}
}

// chains returns networks of all shapes that a file can have, with what their models' layers must be.
func chains() map[string]struct {
	chain  *chain.Chain
	layers string
} {
	r := source{rand.New(rand.NewPCG(1, 2))}
	bare := r.dense(8, 3)
	bare.Bias = nil
	plain := chain.BatchNormalization{Mean: r.floats(8, -1, 1), Variance: r.floats(8, 0.1, 2), Epsilon: 1e-5}
	type steps = []chain.Step
	type result = struct {
		chain  *chain.Chain
		layers string
	}
	image := func(layers string, s ...chain.Step) result {
		return result{&chain.Chain{Input: []int{4, 3}, Bytes: true, Steps: s}, layers}
	}
	table := func(layers string, s ...chain.Step) result {
		return result{&chain.Chain{Input: []int{12}, Steps: s}, layers}
	}
	pixels := chain.Affine{Scale: []float64{1. / 255}, Shift: []float64{0}}
	return map[string]result{
		"course": image("dense relu, dense softmax", pixels, r.dense(12, 8), activation("relu"), r.dense(8, 3),
			activation("softmax")),
		"from -1 to 1": image("dense tanh, dense softmax", chain.Affine{Scale: []float64{1 / 127.5}, Shift: []float64{-1}},
			r.dense(12, 8), activation("tanh"), bare, activation("softmax")),
		"each pixel": image("dense softmax", chain.Affine{Scale: r.wide(12, -0.01, 0.01), Shift: r.wide(12, -1, 1)},
			r.dense(12, 3), activation("softmax")),
		"standardized": table("dense relu, dense softmax", chain.Affine{Scale: r.wide(12, 0.1, 2), Shift: r.wide(12, -1, 1)},
			r.dense(12, 8), activation("relu"), r.dense(8, 3), activation("softmax")),
		"a column turned over": table("dense softmax", chain.Affine{Scale: r.wide(12, -2, 2), Shift: r.wide(12, -1, 1)},
			r.dense(12, 3), activation("softmax")),
		"normalized first": table("dense softmax", r.normalization(12), r.dense(12, 3), activation("softmax")),
		"normalized behind": table("dense relu, batch_normalization, dense softmax", r.dense(12, 8), activation("relu"),
			plain, r.dense(8, 3), activation("softmax")),
		"normalized last": table("dense relu, dense softmax", r.dense(12, 8), activation("relu"), r.dense(8, 3),
			r.normalization(3), activation("softmax")),
		"dropped": table("dense relu, dropout, dense sigmoid", chain.Dropout{Rate: 0.1}, r.dense(12, 8), activation("relu"),
			chain.Dropout{Rate: 0.5}, r.dense(8, 1), activation("sigmoid"), chain.Dropout{Rate: 0.5}),
		"scaled between": table("dense relu, dense softmax", r.dense(12, 8), activation("linear"),
			chain.Affine{Scale: []float64{2}, Shift: []float64{1}}, activation("relu"),
			chain.Affine{Scale: r.wide(8, -1, 1), Shift: []float64{0.5}}, r.dense(8, 3), activation("softmax")),
		"scaled before an activation": table("dense relu, dense tanh, dense softmax", r.dense(12, 8), activation("relu"),
			chain.Affine{Scale: []float64{3}, Shift: []float64{-1}}, activation("tanh"), r.dense(8, 3), activation("softmax")),
		"two at the end": table("dense relu, dense softmax", r.dense(12, 3), activation("relu"), activation("softmax")),
		"scaled at the end": {&chain.Chain{Input: []int{12}, Loss: "mse", Steps: steps{r.dense(12, 3), activation("tanh"),
			chain.Affine{Scale: []float64{3}, Shift: []float64{-1}}}}, "dense tanh, dense linear"},
		"slopes": table("dense linear, leaky_relu, dense linear, elu, dense leaky_relu, activation tanh, dense softmax",
			r.dense(12, 8), chain.Activation{Function: "leaky_relu", Slope: 0.01}, r.dense(8, 7),
			chain.Activation{Function: "elu", Alpha: 0.5}, r.dense(7, 6), activation("leaky_relu"), activation("tanh"),
			r.dense(6, 3), activation("softmax")),
		"a slope at the end": {&chain.Chain{Input: []int{12}, Loss: "mse", Steps: steps{r.dense(12, 3),
			chain.Activation{Function: "elu", Alpha: 0.5}}}, "dense linear, elu, dense linear"},
		"no activation": {&chain.Chain{Input: []int{12}, Loss: "mse", Steps: steps{r.dense(12, 3)}}, "dense linear"},
	}
}

// layers lists the layers of a network.
func layers(a nn.Architecture) string {
	var names []string
	for _, l := range a.Layers {
		names = append(names, strings.TrimSpace(l.Type+" "+l.Activation))
	}
	return strings.Join(names, ", ")
}

// outputs returns what m gives for bytes, as pixels or as the values of columns.
func outputs(t *testing.T, m *modelfile.Model, x []byte) []float32 {
	t.Helper()
	network, err := m.Network("m")
	if err != nil {
		t.Fatal(err)
	}
	input := m.Input()
	row := make(map[string]float64)
	for i, name := range input.Columns() {
		row[name] = float64(x[i])
	}
	s, err := input.Images(x)
	if len(row) > 0 {
		s, err = input.Rows(row)
	}
	if err != nil {
		t.Fatal(err)
	}
	p := step.NewPredictor(kernel.Available()[0], network, s)
	return p.Predict(s, kernel.Span{Lo: 0, Hi: 1}).Outputs.Flatten()
}

// TestModel tests that a chain, its model, the model's chain and the folded chain are the same function.
func TestModel(t *testing.T) {
	r := rand.New(rand.NewPCG(3, 4))
	for name, c := range chains() {
		t.Run(name, func(t *testing.T) {
			m, _, err := c.chain.Model(chain.Options{}, "f")
			if err != nil {
				t.Fatal(err)
			}
			if found := layers(m.Architecture); found != c.layers {
				t.Errorf("wanted the layers %s, found %s", c.layers, found)
			}
			folded, err := c.chain.Folded()
			if err != nil {
				t.Fatal(err)
			}
			for range 20 {
				x, wide := make([]byte, 12), make([]float64, 12)
				most := 255
				if len(c.chain.Input) == 1 {
					most = 3 // values as columns have them
				}
				for i := range x {
					x[i] = byte(r.IntN(most + 1))
					wide[i] = float64(x[i])
				}
				wanted := chaintest.Run(c.chain, wide)
				of := chaintest.Run(chain.Of(m, "dnn"), wide)
				short := chaintest.Run(folded, wide)
				for i, found := range outputs(t, m, x) {
					for what, y := range map[string]float64{"model": float64(found), "chain of it": of[i], "folded": short[i]} {
						if math.Abs(y-wanted[i]) > 3e-6*max(1, math.Abs(wanted[i])) {
							t.Fatalf("%s: output %d: wanted %v, found %v", what, i, wanted[i], y)
						}
					}
				}
			}
			for _, s := range folded.Steps[1:] {
				switch s.(type) {
				case chain.Affine, chain.BatchNormalization, chain.Dropout:
					t.Errorf("folded: wanted Dense and Activation only, found %T", s)
				}
			}
		})
	}
}

// weights returns a chain of a file that has weights only, with batch normalization behind the first layer.
func weights() *chain.Chain {
	r := source{rand.New(rand.NewPCG(5, 6))}
	return &chain.Chain{Input: []int{784}, Unsaid: chain.Unsaid{Activations: true}, Steps: []chain.Step{
		r.dense(784, 5), r.normalization(5), r.dense(5, 4), r.dense(4, 3)}}
}

// TestSaid tests what a person says of a file that has weights only.
func TestSaid(t *testing.T) {
	like := nn.Architecture{Input: 784, Loss: "mse", Layers: []nn.LayerSpec{
		{Type: "dense", Name: "dense", Units: 5, Activation: "tanh"},
		{Type: "batch_normalization", Name: "batch_normalization", Epsilon: 0.01, Momentum: 0.5},
		{Type: "dropout", Name: "dropout", Rate: 0.25},
		{Type: "dense", Name: "dense_1", Units: 4, Activation: "selu"},
		{Type: "dense", Name: "dense_2", Units: 3, Activation: "linear"},
	}}
	for _, c := range []struct {
		options chain.Options
		layers  string
	}{
		{chain.Options{Activations: []string{"relu"}},
			"dense linear, batch_normalization, activation relu, dense relu, dense softmax"},
		{chain.Options{Activations: []string{"linear", "tanh"}}, "dense linear, batch_normalization, dense tanh, dense softmax"},
		{chain.Options{Activations: []string{"linear", "tanh", "sigmoid"}},
			"dense linear, batch_normalization, dense tanh, dense sigmoid"},
		{chain.Options{Like: &like}, "dense tanh, batch_normalization, dropout, dense selu, dense linear"},
	} {
		m, notes, err := weights().Model(c.options, "f")
		if err != nil {
			t.Errorf("%+v: %v", c.options, err)
			continue
		}
		if found := layers(m.Architecture); found != c.layers {
			t.Errorf("wanted the layers %s, found %s", c.layers, found)
		}
		if !slices.Equal(m.InputShape, []int{28, 28}) || m.Scale != 1./255 || len(notes) < 2 {
			t.Errorf("wanted images of 28 x 28 pixels, divided by 255, with two notes, found %v, %v, %q",
				m.InputShape, m.Scale, notes)
		}
	}
	m, _, err := weights().Model(chain.Options{Activations: []string{"linear"}, Scale: 0.5}, "f")
	if err != nil || m.Scale != 0.5 {
		t.Errorf("wanted the scale 0.5, found %v, %v", m, err)
	}
}

// TestEpsilonOfLike tests that no note says that an epsilon was assumed where that of another network is taken.
func TestEpsilonOfLike(t *testing.T) {
	like := nn.Architecture{Input: 784, Loss: "mse", Layers: []nn.LayerSpec{
		{Type: "dense", Name: "dense", Units: 5, Activation: "tanh"},
		{Type: "batch_normalization", Name: "batch_normalization", Epsilon: 0.01, Momentum: 0.5},
		{Type: "dense", Name: "dense_1", Units: 4, Activation: "relu"},
		{Type: "dense", Name: "dense_2", Units: 3, Activation: "linear"},
	}}
	c := weights()
	c.Note(chain.EpsilonNote(0.001))
	m, notes, err := c.Model(chain.Options{Like: &like}, "f")
	if err != nil {
		t.Fatal(err)
	}
	if m.Architecture.Layers[1].Epsilon != 0.01 || slices.Contains(notes, chain.EpsilonNote(0.001)) ||
		!slices.Contains(notes, "the epsilon of batch_normalization is that of --like, 0.01") || len(c.Notes) != 1 {
		t.Errorf("wanted 0.01 and a note that says so, found %+v, %q", m.Architecture.Layers[1], notes)
	}
}

// TestPlaceOfActivations tests where activations go beside batch normalization: names that are the numbers of modules
// tell, and where they do not, a note says what was taken.
func TestPlaceOfActivations(t *testing.T) {
	const behind = "dense linear, batch_normalization, activation tanh, dense softmax"
	const before = "dense tanh, batch_normalization, dense softmax"
	for _, c := range []struct {
		names  string // of the two Dense layers, and the normalization between them
		layers string
		noted  bool
	}{
		{"fc1 bn1 fc2", behind, true},
		{"0 1 3", behind, false}, // 2 is the activation
		{"0 2 3", before, false}, // 1 is
		{"0 2 4", behind, true},  // 1 or 3
		{"0 3 4", before, false}, // with Dropout
		{"0 bn 4", behind, true},
	} {
		r := source{rand.New(rand.NewPCG(5, 6))}
		first, normalization, last := r.dense(784, 5), r.normalization(5), r.dense(5, 3)
		names := strings.Fields(c.names)
		first.Name, normalization.Name, last.Name = names[0], names[1], names[2]
		of := &chain.Chain{Input: []int{784}, Unsaid: chain.Unsaid{Activations: true},
			Steps: []chain.Step{first, normalization, last}}
		m, notes, err := of.Model(chain.Options{Activations: []string{"tanh"}}, "f")
		if err != nil {
			t.Fatal(err)
		}
		noted := slices.ContainsFunc(notes, func(n string) bool { return strings.Contains(n, "behind batch normalization") })
		if found := layers(m.Architecture); found != c.layers || noted != c.noted {
			t.Errorf("%s: wanted %s, a note: %t; found %s, %q", c.names, c.layers, c.noted, found, notes)
		}
		if len(of.Notes) > 0 {
			t.Errorf("%s: wanted the chain as it was, found the notes %q", c.names, of.Notes)
		}
	}
}

// TestLoss tests which loss a model has, for the name that a file has of it.
func TestLoss(t *testing.T) {
	r := source{rand.New(rand.NewPCG(7, 8))}
	for _, c := range []struct {
		activation, loss string
		smoothing        float64
		wanted           string
		smooth           float64
		noted            bool
	}{
		{"softmax", "", 0, "categorical_crossentropy", 0, false},
		{"softmax", "mse", 0.5, "mse", 0, false},
		{"softmax", "mean_squared_error", 0, "mse", 0, false},
		{"softmax", "categorical_crossentropy", 0.25, "categorical_crossentropy", 0.25, false},
		{"softmax", "binary_crossentropy", 0.25, "categorical_crossentropy", 0, true},
		{"sigmoid", "mean_squared_error", 0, "mse", 0, false},
		{"sigmoid", "binary_crossentropy", 0.5, "binary_crossentropy", 0.5, false},
		{"linear", "mean_squared_error", 0, "mse", 0, false},
	} {
		of := &chain.Chain{Input: []int{12}, Loss: c.loss, LabelSmoothing: c.smoothing,
			Steps: []chain.Step{r.dense(12, 3), activation(c.activation)}}
		m, notes, err := of.Model(chain.Options{}, "f")
		if err != nil {
			t.Fatal(err)
		}
		noted := slices.ContainsFunc(notes, func(n string) bool { return strings.Contains(n, "its loss, ") })
		if a := m.Architecture; a.Loss != c.wanted || a.LabelSmoothing != c.smooth || noted != c.noted {
			t.Errorf("%+v: found %s, %v, %q", c, a.Loss, a.LabelSmoothing, notes)
		}
		if again := chain.Of(m, ""); again.Loss != c.wanted || again.LabelSmoothing != c.smooth {
			t.Errorf("%+v: its chain has %s, %v", c, again.Loss, again.LabelSmoothing)
		}
	}
}

// TestRefused tests the errors: kind, file and what was wanted.
func TestRefused(t *testing.T) {
	r := source{rand.New(rand.NewPCG(7, 8))}
	said := func(names ...string) chain.Options { return chain.Options{Activations: names} }
	course := &chain.Chain{Input: []int{12}, Steps: []chain.Step{r.dense(12, 3), activation("softmax")}}
	short := r.dense(12, 3)
	short.Kernel = short.Kernel[:30]
	infinite := r.dense(12, 3)
	infinite.Kernel[5] = float32(math.Inf(1))
	of := func(s ...chain.Step) *chain.Chain { return &chain.Chain{Input: []int{12}, Steps: s} }
	for _, c := range []struct {
		chain   *chain.Chain
		options chain.Options
		kind    fault.Kind
		wanted  string
	}{
		{weights(), chain.Options{}, fault.Data, "f: the file has weights only, and does not say which activations"},
		{weights(), said("rellu"), fault.Usage, `--activations: wanted one of`},
		{weights(), said("relu", "relu", "relu", "relu"), fault.Usage,
			"--activations: wanted 1, 2 or 3 names, for 2 hidden layers and the output, found 4"},
		{course, said("relu"), fault.Usage, "f: the file says itself which activations it has"},
		{weights(), chain.Options{Like: &nn.Architecture{Layers: []nn.LayerSpec{{Type: "dense", Name: "dense", Units: 6}}}},
			fault.Data, "f: wanted the network of --like: dense with 6 units, found 5"},
		{weights(), chain.Options{Like: &nn.Architecture{Layers: []nn.LayerSpec{{Type: "dense", Name: "dense", Units: 5}}}},
			fault.Data, "f: wanted the network of --like, found 3 layers more"},
		{of(), chain.Options{}, fault.Data, "f: wanted a Dense layer, found none"},
		{of(activation("tanh"), r.dense(12, 3)), chain.Options{}, fault.Data,
			"f: tanh: wanted a Dense layer before the first activation"},
		{of(r.dense(11, 3)), chain.Options{}, fault.Data, "f: d: takes 11 values, the step before it gives 12"},
		{of(short), chain.Options{}, fault.Data, "f: d: wanted a kernel of 12 x 3 values, found 30"},
		{of(infinite), chain.Options{}, fault.Data, "f: tensor dense.kernel: element 6 of 36 is +Inf"},
		{of(r.dense(12, 3), r.normalization(4)), chain.Options{}, fault.Data, "f: step 2, bn: wanted 3 values, found 4"},
		{of(chain.Affine{Name: "scale"}, r.dense(12, 3)), chain.Options{}, fault.Data,
			"f: step 1, scale: wanted 12 values, found 0"},
		{of(r.dense(12, 3), activation("swish")), chain.Options{}, fault.Data, `wanted one of 26 activations, found "swish"`},
		{of(r.dense(12, 300)), chain.Options{}, fault.Data, "f: architecture: wanted at most 256 output units, found 300"},
		{&chain.Chain{Input: []int{0}}, chain.Options{}, fault.Data, "f: wanted 1 to 1000000 inputs, found the shape [0]"},
		{of(r.dense(12, 5000), activation("relu"), activation("softmax")), chain.Options{}, fault.Data,
			"f: wanted at most 4096 units before an output"},
	} {
		_, _, err := c.chain.Model(c.options, "f")
		if checked := c.chain.CheckSaid("f"); strings.Contains(c.wanted, "found \"swish\"") && checked == nil {
			t.Errorf("export: wanted %q, found none", c.wanted)
		}
		if err == nil || fault.KindOf(err) != c.kind || !strings.Contains(err.Error(), c.wanted) {
			t.Errorf("wanted %q of kind %d, found %v", c.wanted, c.kind, err)
		}
	}
}
