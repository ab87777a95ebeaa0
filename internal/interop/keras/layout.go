package keras

import (
	"fmt"
	"math"
	"slices"
	"strings"

	"dnn/internal/interop/chain"
	"dnn/internal/interop/keras/config"
)

// layout is a chain as layers of Keras.
type layout struct {
	input  []int // the shape of one sample
	layers []written
	names  map[string]bool // that layers have
}

// written is a layer to be written, without its name among its settings.
type written struct {
	class    string
	name     string
	settings map[string]any
	arrays   []array
}

// array is a variable of a layer.
type array struct {
	name    string
	shape   []int
	values  []float32
	trained string // its name in a model file if it is trained, else empty
	count   bool   // it is no array of floats, but the number whole
	whole   int64
}

// lay returns the layers of a chain. Keras's input has the chain's shape; it is flattened before the first layer that
// needs it flat.
func lay(c *chain.Chain) (*layout, error) {
	o := &layout{input: c.Input, names: map[string]bool{}}
	flat := len(c.Input) == 1
	size := config.Product(c.Input)
	for _, s := range c.Steps {
		affine, ok := s.(chain.Affine)
		if scalar := ok && len(affine.Scale) == 1 && len(affine.Shift) == 1; !flat && !scalar {
			o.add("Flatten", "", nil)
			flat = true
		}
		switch s := s.(type) {
		case chain.Affine:
			o.affine(s, size)
		case chain.Dense:
			o.dense(s)
			size = s.Units
		case chain.BatchNormalization:
			o.batch(s)
		case chain.Activation:
			o.activation(s)
		case chain.Dropout:
			o.add("Dropout", s.Name, map[string]any{"rate": s.Rate, "seed": nil, "noise_shape": nil})
		default:
			return nil, fmt.Errorf("keras: unknown step %T", s)
		}
	}
	return o, nil
}

// Keras's names of the first layer of each class, which are also what .keras calls the groups of their variables.
var firstNames = map[string]string{
	"Activation": "activation", "BatchNormalization": "batch_normalization", "Dense": "dense", "Dropout": "dropout",
	"ELU": "elu", "Flatten": "flatten", "LeakyReLU": "leaky_re_lu", "Normalization": "normalization",
	"Rescaling": "rescaling",
}

// add appends a layer. Its name is made one that Keras takes and no other layer has; empty: Keras's own.
func (o *layout) add(class, name string, settings map[string]any, arrays ...array) {
	name = strings.Map(func(r rune) rune {
		if r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9' || strings.ContainsRune("_.-", r) {
			return r
		}
		return '_'
	}, name)
	if strings.Trim(name, "_.-") == "" {
		name = firstNames[class]
	}
	name = strings.TrimLeft(name, "_-")
	unique := name
	for i := 1; o.names[unique]; i++ {
		unique = fmt.Sprint(name, "_", i)
	}
	o.names[unique] = true
	o.layers = append(o.layers, written{class, unique, settings, arrays})
}

func (o *layout) dense(s chain.Dense) {
	arrays := []array{{name: "kernel", shape: []int{s.Inputs, s.Units}, values: s.Kernel, trained: s.Name + ".kernel"}}
	if s.Bias != nil {
		arrays = append(arrays, array{name: "bias", shape: []int{s.Units}, values: s.Bias, trained: s.Name + ".bias"})
	}
	o.add("Dense", s.Name, map[string]any{
		"units": s.Units, "activation": "linear", "use_bias": s.Bias != nil,
	}, arrays...)
}

func (o *layout) batch(s chain.BatchNormalization) {
	momentum := s.Momentum
	if momentum == 0 {
		momentum = 0.99
	}
	shape := []int{len(s.Mean)}
	var arrays []array
	if s.Gamma != nil {
		arrays = append(arrays, array{name: "gamma", shape: shape, values: s.Gamma, trained: s.Name + ".gamma"})
	}
	if s.Beta != nil {
		arrays = append(arrays, array{name: "beta", shape: shape, values: s.Beta, trained: s.Name + ".beta"})
	}
	arrays = append(arrays, array{name: "moving_mean", shape: shape, values: s.Mean},
		array{name: "moving_variance", shape: shape, values: s.Variance})
	o.add("BatchNormalization", s.Name, map[string]any{
		"axis": -1, "momentum": momentum, "epsilon": s.Epsilon, "center": s.Beta != nil, "scale": s.Gamma != nil,
	}, arrays...)
}

// activation adds an activation, or gives it to the Dense layer before it if it has no name.
func (o *layout) activation(s chain.Activation) {
	if n := len(o.layers); s.Name == "" && n > 0 && o.layers[n-1].class == "Dense" {
		standard := s.Function != "leaky_relu" && s.Function != "elu" ||
			s.Function == "leaky_relu" && s.Slope == 0.2 || s.Function == "elu" && s.Alpha == 1
		if last := o.layers[n-1].settings; standard && last["activation"] == "linear" {
			last["activation"] = s.Function
			return
		}
	}
	switch s.Function {
	case "leaky_relu":
		o.add("LeakyReLU", s.Name, map[string]any{"negative_slope": s.Slope})
	case "elu":
		o.add("ELU", s.Name, map[string]any{"alpha": s.Alpha})
	default:
		o.add("Activation", s.Name, map[string]any{"activation": s.Function})
	}
}

// affine adds a Rescaling of one number, or for size numbers a Normalization, which is how Keras standardizes the
// columns of a table. Where that cannot be, as for a column that becomes 0, it adds a Rescaling of lists.
func (o *layout) affine(s chain.Affine, size int) {
	if len(s.Scale) == 1 && len(s.Shift) == 1 {
		if s.Scale[0] != 1 || s.Shift[0] != 0 {
			o.add("Rescaling", s.Name, map[string]any{"scale": s.Scale[0], "offset": s.Shift[0]})
		}
		return
	}
	scale, shift := spread(s.Scale, size), spread(s.Shift, size)
	mean, variance := make([]float32, size), make([]float32, size)
	standardizes := true
	for i := range scale {
		mean[i], variance[i] = float32(-shift[i]/scale[i]), float32(1/(scale[i]*scale[i]))
		// Keras takes standard deviations below 1e-7 as 1e-7.
		standardizes = standardizes && scale[i] > 0 && scale[i] < 1e6 && variance[i] < math.MaxFloat32 &&
			math.Abs(float64(mean[i])) < math.MaxFloat32
	}
	if !standardizes {
		o.add("Rescaling", s.Name, map[string]any{"scale": scale, "offset": shift})
		return
	}
	shape := []int{size}
	o.add("Normalization", s.Name, map[string]any{"axis": []int{-1}, "invert": false, "mean": nil, "variance": nil},
		array{name: "mean", shape: shape, values: mean}, array{name: "variance", shape: shape, values: variance},
		array{name: "count", count: true})
}

// spread returns one number for each of size values.
func spread(numbers []float64, size int) []float64 {
	if len(numbers) == 1 {
		return slices.Repeat(numbers, size)
	}
	return numbers
}
