package chain

import (
	"errors"
	"fmt"
	"slices"
	"strconv"

	"dnn/internal/fault"
	"dnn/internal/modelfile"
	"dnn/internal/nn"
)

// Options say what a file cannot say of its network.
type Options struct {
	Activations []string         // of the hidden Dense layers: one for all, or one for each, and then the output's
	Like        *nn.Architecture // a network whose layers a file of weights only takes; nil: none
	Scale       float64          // what an input is multiplied with before all else; 0: as the file says
}

// pixel is the scale that is assumed for images, if their file does not say what it was trained with.
const pixel = 1. / 255

// Model returns the network as a model. where is the file that the chain was read from, which errors name. Notes say
// what was assumed, rounded or rearranged. Version and all that only a training run knows stay empty.
func (c *Chain) Model(o Options, where string) (m *modelfile.Model, notes []string, err error) {
	said, err := c.say(o)
	if err != nil {
		return nil, nil, named(err, where)
	}
	f, err := fold(said, false)
	if err != nil {
		return nil, nil, named(err, where)
	}
	b := &builder{model: &modelfile.Model{Classes: said.Classes}, folding: f, notes: append(slices.Clone(said.Notes), f.notes...)}
	b.setInput(said, o.Scale)
	b.setLayers(said.Loss, said.LabelSmoothing)
	if n := b.model.Architecture.Classes(); len(b.model.Classes) != n {
		b.model.Classes = nil
	}
	if err := b.model.Check(); err != nil {
		return nil, nil, fault.New(fault.Data, where, "%w", err)
	}
	return b.model, b.notes, nil
}

// named returns err as a fault of the file where, unless it is a fault already.
func named(err error, where string) error {
	if f, ok := errors.AsType[*fault.Error](err); ok {
		f.Where = where
		return f
	}
	return fault.New(fault.Data, where, "%w", err)
}

// builder makes a model of folded steps.
type builder struct {
	*folding
	model *modelfile.Model
	notes []string
	names map[string]int // how many layers of each type there are so far
}

func (b *builder) note(format string, args ...any) {
	b.notes = append(b.notes, fmt.Sprintf(format, args...))
}

// setInput decides whether the inputs are images or a table, and what they are multiplied with.
func (b *builder) setInput(c *Chain, scale float64) {
	m := b.model
	m.InputShape, m.Scale = imageShape(c), 1
	if scale != 0 {
		b.input = Affine{Scale: []float64{scale}, Shift: []float64{0}}.affine(product(c.Input)).then(b.input)
	}
	if len(m.InputShape) == 1 {
		b.setColumns(c)
		return
	}
	if len(c.Input) == 1 {
		b.note("its %d inputs are taken as images of %d x %d", product(c.Input), m.InputShape[0], m.InputShape[1])
	}
	switch {
	case b.input.scale == nil && !c.Bytes:
		m.Scale = pixel
		b.note("the file does not say what its inputs are: pixels from 0 to 255 are divided by 255 " +
			"(dnn import --scale 1 leaves them as they are)")
	case b.input.scale != nil:
		b.scalePixels()
	}
}

// scalePixels puts the map of the input into the model's scale if it is one, else into the first layer.
func (b *builder) scalePixels() {
	scale := b.input.scale[0]
	same := scale > 0
	for _, s := range b.input.scale {
		same = same && s == scale
	}
	if !same {
		scale = pixel
	}
	rest := affine{make([]float64, len(b.input.scale)), b.input.shift}
	for i, s := range b.input.scale {
		rest.scale[i] = s / scale
	}
	b.model.Scale = scale
	b.steps[0] = rest.before(b.steps[0].(Dense))
}

// setColumns makes the input a table: its columns and their standardization.
func (b *builder) setColumns(c *Chain) {
	m, n := b.model, product(c.Input)
	m.Columns = slices.Clone(c.Columns)
	if len(m.Columns) != n {
		m.Columns = make([]string, n)
		for i := range n {
			m.Columns[i] = "x" + strconv.Itoa(i)
		}
		b.note("its inputs have no names: they are called %s to %s", m.Columns[0], m.Columns[n-1])
	}
	m.Mean, m.Std = make([]float64, n), make([]float64, n)
	rest := affine{make([]float64, n), make([]float64, n)}
	for i := range n {
		m.Std[i], rest.scale[i] = 1, 1
		if b.input.scale == nil {
			continue
		}
		if s := b.input.scale[i]; s > 0 {
			m.Mean[i], m.Std[i] = -b.input.shift[i]/s, 1/s
		} else {
			rest.scale[i], rest.shift[i] = s, b.input.shift[i]
		}
	}
	b.steps[0] = rest.before(b.steps[0].(Dense))
}

// imageShape returns the shape of one sample: of an image [rows, columns], else the number of inputs. 784 inputs without
// names are images as those of MNIST.
func imageShape(c *Chain) []int {
	shape := slices.DeleteFunc(slices.Clone(c.Input), func(n int) bool { return n == 1 })
	switch n := product(c.Input); {
	case len(shape) >= 2:
		return shape
	case len(c.Columns) == n:
		return []int{n}
	case n == 28*28:
		return []int{28, 28}
	case c.Bytes:
		for side := 2; side*side <= n; side++ {
			if side*side == n {
				return []int{side, side}
			}
		}
	}
	return []int{product(c.Input)}
}

// setLayers adds the layers.
func (b *builder) setLayers(loss string, smoothing float64) {
	arch := &b.model.Architecture
	arch.Input = product(b.model.InputShape)
	b.names = make(map[string]int)
	for i := 0; i < len(b.steps); i++ {
		switch s := b.steps[i].(type) {
		case Dense:
			function := "linear"
			if i+1 < len(b.steps) {
				if a, ok := b.steps[i+1].(Activation); ok && a.IsPlain() {
					function = a.Function
					i++
				}
			}
			b.addDense(s, function)
		case BatchNormalization:
			b.addNormalization(s)
		case Dropout:
			l := b.layer("dropout")
			l.Rate = s.Rate
			arch.Layers = append(arch.Layers, l)
		case Activation:
			arch.Layers = append(arch.Layers, b.activationLayer(s))
		}
	}
	b.setOutput(loss, smoothing)
}

// layer returns a layer of that type with Keras's next name for it.
func (b *builder) layer(layerType string) nn.LayerSpec {
	l := nn.NewLayerSpec(layerType)
	l.Name = nn.LayerName(layerType, b.names[layerType])
	b.names[layerType]++
	return l
}

func (b *builder) tensor(name string, shape []int, data []float32, otherwise float32) {
	if data == nil {
		data = make([]float32, product(shape))
		for i := range data {
			data[i] = otherwise
		}
	}
	b.model.Tensors = append(b.model.Tensors, modelfile.Tensor{Name: name, Shape: shape, Data: data})
}

func (b *builder) addDense(d Dense, function string) {
	l := b.layer("dense")
	l.Units, l.Activation = d.Units, function
	b.tensor(l.Name+".kernel", []int{d.Inputs, d.Units}, d.Kernel, 0)
	b.tensor(l.Name+".bias", []int{d.Units}, d.Bias, 0)
	b.model.Architecture.Layers = append(b.model.Architecture.Layers, l)
}

func (b *builder) addNormalization(s BatchNormalization) {
	l := b.layer("batch_normalization")
	l.Epsilon = s.Epsilon
	if s.Momentum != 0 {
		l.Momentum = s.Momentum
	}
	shape := []int{len(s.Mean)}
	b.tensor(l.Name+".gamma", shape, s.Gamma, 1)
	b.tensor(l.Name+".beta", shape, s.Beta, 0)
	b.tensor(l.Name+".moving_mean", shape, s.Mean, 0)
	b.tensor(l.Name+".moving_variance", shape, s.Variance, 1)
	b.model.Architecture.Layers = append(b.model.Architecture.Layers, l)
}

// setOutput decides the loss. Outputs that are logits, since nothing follows the last Dense and the loss is not one of
// plain numbers, become probabilities.
func (b *builder) setOutput(loss string, smoothing float64) {
	arch := &b.model.Architecture
	last := &arch.Layers[len(arch.Layers)-1]
	if loss == "mean_squared_error" { // Keras's long name
		loss = "mse"
	}
	if last.Activation == "linear" && loss != "mse" {
		last.Activation = "softmax"
		if last.Units == 1 {
			last.Activation = "sigmoid"
		}
		b.note("its outputs are logits: %s makes probabilities of them", last.Activation)
	}
	fitting := nn.LossesFor(last.Activation)
	arch.Loss = fitting[0]
	switch {
	case slices.Contains(fitting, loss):
		arch.Loss = loss
		if nn.SmoothsLabels(loss) {
			arch.LabelSmoothing = smoothing
		}
	case loss != "":
		b.note("its loss, %s, does not go with %s here: the loss that is shown is %s", loss, last.Activation, arch.Loss)
	}
}

// activationLayer returns the layer for an activation that stands alone, or that a name does not say all of.
func (b *builder) activationLayer(a Activation) nn.LayerSpec {
	if a.IsPlain() {
		l := b.layer("activation")
		l.Activation = a.Function
		return l
	}
	l := b.layer(a.Function) // leaky_relu or elu
	l.NegativeSlope, l.Alpha = a.Slope, a.Alpha
	return l
}
