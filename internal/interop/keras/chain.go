package keras

import (
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"

	"dnn/internal/interop/chain"
	"dnn/internal/interop/hdf5"
	"dnn/internal/interop/keras/config"
)

// builder makes a chain of layers.
type builder struct {
	m       *config.Model
	weights weights
	c       *chain.Chain
	shape   []int // of one sample where the chain ends so far; nil: not known yet
	started bool  // a layer has been added
	spread  int   // how many numbers broadcast has made
}

// build returns the model as a chain, with weights from f.
func build(m *config.Model, f *hdf5.File, where string) (*chain.Chain, error) {
	for _, l := range config.Flat(m.Layers) {
		if kinds[l.Class].build == nil {
			return nil, named(l.Fault(errors.New(
				"not supported: wanted dense layers, normalization, dropout and activations")), where)
		}
	}
	b := &builder{m: m, weights: weights{}, c: &chain.Chain{Loss: m.Loss, LabelSmoothing: m.Smooth, Program: "Keras"}}
	if len(m.Version) > 1 {
		b.c.Program += " " + config.Clip(m.Version)
	}
	if err := b.weights.find(f, m, where); err != nil {
		return nil, named(err, where)
	}
	if err := b.build(); err != nil {
		return nil, named(err, where)
	}
	return b.c, nil
}

func (b *builder) build() error {
	layers := config.Flat(b.m.Layers)
	dense := 0
	for _, l := range layers {
		if !b.started && l.Class != "InputLayer" {
			if err := b.firstShape(l); err != nil {
				return l.Fault(err)
			}
		}
		if err := b.precision(l); err != nil {
			return l.Fault(err)
		}
		if err := kinds[l.Class].build(b, l); err != nil {
			return l.Fault(err)
		}
		b.started = true
		if l.Class == "Dense" {
			dense++
		}
	}
	if dense == 0 {
		return errors.New("wanted at least one Dense layer, found none")
	}
	if b.m.OtherLoss != "" {
		b.c.Note(fmt.Sprintf("its loss, %s, is not known here: the loss that is shown is another one", b.m.OtherLoss))
	}
	if b.m.Logits {
		b.c.Note("its loss was computed from logits: its outputs are not probabilities")
	}
	return nil
}

func (b *builder) add(s chain.Step) { b.c.Steps = append(b.c.Steps, s) }

// shapeOf returns the shape of one sample that the first layer of a model says, or nil.
func shapeOf(l *config.Layer) ([]int, error) {
	for _, name := range []string{"batch_shape", "batch_input_shape"} {
		if l.Settings.Given(name) {
			return config.Shape(l.Settings[name])
		}
	}
	return nil, nil
}

// firstShape finds out the shape of a sample before the first layer.
func (b *builder) firstShape(l *config.Layer) error {
	if b.shape != nil {
		return nil
	}
	shape, err := shapeOf(l)
	if err != nil {
		return err
	}
	if shape == nil {
		shape = b.m.Input
	}
	if shape != nil {
		b.setShape(shape)
	}
	return nil
}

// setShape sets the shape of a sample, which nothing has changed so far.
func (b *builder) setShape(shape []int) {
	b.c.Input, b.shape = shape, slices.Clone(shape)
}

// vector returns the number of values that reach a layer that treats the last dimension apart from the others, which
// must be 1. If the file does not say it, it is the number of rows of the layer's kernel.
func (b *builder) vector(l *config.Layer) (int, error) {
	if b.shape == nil {
		if len(b.weights[l]) == 0 {
			return 0, errors.New("wanted the shape of the inputs, which the file does not say")
		}
		a, err := b.weights[l][0].at.Values()
		if err != nil {
			return 0, err
		}
		if len(a.Shape) == 0 || a.Shape[0] == 0 {
			return 0, fmt.Errorf("wanted weights for at least one input, found the shape %v", a.Shape)
		}
		b.setShape(a.Shape[:1])
	}
	n := b.shape[len(b.shape)-1]
	if n != config.Product(b.shape) {
		return 0, fmt.Errorf("wanted values in one dimension (a Flatten before it), found %v", b.shape)
	}
	return n, nil
}

// array returns a variable of the layer, or nil if the layer has none of that name.
func (b *builder) array(l *config.Layer, name string) (*hdf5.Array, error) {
	i := slices.IndexFunc(b.weights[l], func(s stored) bool { return s.name == name })
	if i < 0 {
		return nil, nil
	}
	a, err := b.weights[l][i].at.Values()
	if err != nil {
		return nil, err
	}
	switch a.Type {
	case hdf5.Float32:
	case hdf5.Float64, hdf5.Float16, hdf5.BFloat16:
		b.c.Note(fmt.Sprintf("its weights are of type %s: here they are rounded to float32", a.Type))
	default:
		return nil, fmt.Errorf("%s: wanted floating-point numbers, found elements of type %s", name, a.Type)
	}
	return a, nil
}

// floats returns the values of a variable of the layer, which must have that shape, or nil if the layer has none of
// that name.
func (b *builder) floats(l *config.Layer, name string, shape ...int) ([]float32, error) {
	a, err := b.array(l, name)
	if a == nil || err != nil {
		return nil, err
	}
	if !slices.Equal(a.Shape, shape) {
		return nil, fmt.Errorf("%s: wanted the shape %v, found %v", name, shape, a.Shape)
	}
	return a.Floats()
}

// precision notes a type of number that the layer computes with, if it is not float32.
func (b *builder) precision(l *config.Layer) error {
	policy := l.Settings.Text("dtype")
	if policy == "" {
		var o struct {
			Config struct {
				Name string `json:"name"`
			} `json:"config"`
		}
		if raw := l.Settings["dtype"]; raw != nil && json.Unmarshal(raw, &o) == nil {
			policy = o.Config.Name
		}
	}
	switch {
	case policy == "" || policy == "float32" || l.Class == "InputLayer":
		return nil
	case strings.Contains(policy, "int8") || strings.Contains(policy, "int4") || strings.Contains(policy, "float8"):
		return fmt.Errorf("dtype: quantized layers are not supported, found %s", config.Clip(policy))
	}
	b.c.Note(fmt.Sprintf("it computes with %s: here with float32", config.Clip(policy)))
	return nil
}
