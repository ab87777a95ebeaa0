package keras

import (
	"errors"
	"fmt"
	"math"
	"slices"

	"dnn/internal/interop/chain"
	"dnn/internal/interop/keras/config"
)

// kind is a class of layers that can be read.
type kind struct {
	group     string // what its groups in .keras are called; empty: it has no variables
	variables func(s config.Settings) ([]variable, error)
	build     func(b *builder, l *config.Layer) error
}

// kinds has all classes by name. It is never written to.
var kinds = map[string]kind{
	"InputLayer":         {build: (*builder).input},
	"Dense":              {group: "dense", variables: denseVariables, build: (*builder).dense},
	"BatchNormalization": {group: "batch_normalization", variables: batchVariables, build: (*builder).batch},
	"Normalization":      {group: "normalization", variables: normalizationVariables, build: (*builder).normalization},
	"Rescaling":          {build: (*builder).rescaling},
	"Flatten":            {build: (*builder).flatten},
	"Reshape":            {build: (*builder).reshape},
	"Dropout":            {build: (*builder).dropout},

	"Activation": {build: (*builder).activation},
	"ReLU":       {build: (*builder).activation},
	"LeakyReLU":  {build: (*builder).activation},
	"ELU":        {build: (*builder).activation},
	"Softmax":    {build: (*builder).activation},

	// These do nothing in inference.
	"GaussianNoise":          {build: (*builder).nothing},
	"GaussianDropout":        {build: (*builder).nothing},
	"AlphaDropout":           {build: (*builder).nothing},
	"ActivityRegularization": {build: (*builder).nothing},
	"RandomBrightness":       {build: (*builder).nothing},
	"RandomContrast":         {build: (*builder).nothing},
	"RandomFlip":             {build: (*builder).nothing},
	"RandomRotation":         {build: (*builder).nothing},
	"RandomTranslation":      {build: (*builder).nothing},
	"RandomZoom":             {build: (*builder).nothing},
	"Identity":               {build: (*builder).nothing},
}

// input begins the chain with the shape of a sample.
func (b *builder) input(l *config.Layer) error {
	if b.started {
		return b.sameShape(l)
	}
	switch l.Settings.Text("dtype") {
	case "uint8":
		b.c.Bytes = true
	case "string":
		return errors.New("wanted numbers as inputs, found strings")
	}
	return b.firstShape(l)
}

// sameShape checks what an input layer of a nested model says of the values that reach it.
func (b *builder) sameShape(l *config.Layer) error {
	shape, err := shapeOf(l)
	if err == nil && shape != nil && b.shape != nil && !slices.Equal(shape, b.shape) {
		err = fmt.Errorf("wanted the shape %v, found %v", b.shape, shape)
	}
	return err
}

func (b *builder) dropout(l *config.Layer) error {
	rate, err := l.Settings.Number("rate", 0)
	if err != nil {
		return err
	}
	b.add(chain.Dropout{Name: l.Name, Rate: rate})
	return nil
}

func (b *builder) nothing(l *config.Layer) error {
	b.c.Note(fmt.Sprintf("layer %s (%s) does nothing when a model is used: left out", config.Clip(l.Name), l.Class))
	return nil
}

func (b *builder) flatten(l *config.Layer) error {
	if l.Settings.Text("data_format") == "channels_first" && len(b.shape) > 1 {
		return errors.New("data_format: channels_first changes the order of values, which is not supported")
	}
	if b.shape != nil {
		b.shape = []int{config.Product(b.shape)}
	}
	return nil
}

func (b *builder) reshape(l *config.Layer) error {
	target, err := l.Settings.Axes("target_shape", 0)
	if err != nil {
		return err
	}
	if b.shape == nil {
		return errors.New("wanted the shape of the inputs, which the file does not say")
	}
	size, free := 1, -1
	for i, side := range target {
		switch {
		case side == -1 && free < 0:
			free = i
		case side < 1 || size > config.Product(b.shape)/side:
			return fmt.Errorf("target_shape: wanted %d values, found the shape %v", config.Product(b.shape), target)
		default:
			size *= side
		}
	}
	if free >= 0 {
		target[free] = config.Product(b.shape) / size
	}
	if config.Product(target) != config.Product(b.shape) {
		return fmt.Errorf("target_shape: wanted %d values, found the shape %v", config.Product(b.shape), target)
	}
	b.shape = target
	return nil
}

func denseVariables(s config.Settings) ([]variable, error) {
	for _, name := range []string{"lora_rank", "quantization_config", "quantization_mode"} {
		if s.Given(name) {
			return nil, fmt.Errorf("%s: quantized kernels and those with LoRA are not supported", name)
		}
	}
	bias, err := s.Flag("use_bias", true)
	all := []variable{{"kernel", true}}
	if bias {
		all = append(all, variable{"bias", true})
	}
	return all, err
}

func (b *builder) dense(l *config.Layer) error {
	units, err := l.Settings.Whole("units", 1, math.MaxInt32)
	if err != nil {
		return err
	}
	inputs, err := b.vector(l)
	if err != nil {
		return err
	}
	d := chain.Dense{Name: l.Name, Inputs: inputs, Units: units}
	if d.Kernel, err = b.floats(l, "kernel", inputs, units); err != nil {
		return err
	}
	if d.Bias, err = b.floats(l, "bias", units); err != nil {
		return err
	}
	b.add(d)
	b.shape = append(slices.Clone(b.shape[:len(b.shape)-1]), units)
	a, err := b.m.Activation(l.Settings["activation"])
	if err != nil {
		return fmt.Errorf("activation: %w", err)
	}
	if a.Function != "linear" {
		b.add(a)
	}
	return nil
}

func batchVariables(s config.Settings) (all []variable, err error) {
	if renorm, err := s.Flag("renorm", false); err != nil || renorm {
		return nil, errors.Join(err, errors.New("renorm is not supported"))
	}
	scale, err := s.Flag("scale", true)
	if err != nil {
		return nil, err
	}
	center, err := s.Flag("center", true)
	if err != nil {
		return nil, err
	}
	if scale {
		all = append(all, variable{"gamma", true})
	}
	if center {
		all = append(all, variable{"beta", true})
	}
	return append(all, variable{"moving_mean", false}, variable{"moving_variance", false}), nil
}

func (b *builder) batch(l *config.Layer) error {
	n, err := b.vector(l)
	if err != nil {
		return err
	}
	axes, err := l.Settings.Axes("axis", -1)
	if err != nil {
		return err
	}
	if len(axes) != 1 || axes[0] != -1 && axes[0] != len(b.shape) {
		return fmt.Errorf("axis: wanted the last, -1 or %d, found %v", len(b.shape), axes)
	}
	s := chain.BatchNormalization{Name: l.Name}
	if s.Momentum, err = l.Settings.Number("momentum", 0.99); err != nil {
		return err
	}
	if s.Epsilon, err = l.Settings.Number("epsilon", 0.001); err != nil {
		return err
	}
	for _, one := range []struct {
		name string
		to   *[]float32
	}{{"gamma", &s.Gamma}, {"beta", &s.Beta}, {"moving_mean", &s.Mean}, {"moving_variance", &s.Variance}} {
		if *one.to, err = b.floats(l, one.name, n); err != nil {
			return err
		}
	}
	b.add(s)
	return nil
}

func (b *builder) activation(l *config.Layer) error {
	var a chain.Activation
	var err error
	if l.Class == "Activation" {
		a, err = b.m.Activation(l.Settings["activation"])
	} else {
		a, err = b.m.LayerActivation(l.Class, l.Settings, len(b.shape))
	}
	if err != nil {
		return err
	}
	if a.Function == "softmax" {
		if _, err := b.vector(l); err != nil {
			return err
		}
	}
	a.Name = l.Name
	b.add(a)
	return nil
}
