package config

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
)

// Model is a chain of layers, of which some may be models themselves.
type Model struct {
	Layers []*Layer
	Input  []int   // the shape of one sample, as far as the model itself tells; nil: it does not
	Loss   string  // Keras's name; empty: unknown
	Smooth float64 // the loss's label_smoothing

	OtherLoss string // Keras's name of a loss that is not known; empty: Loss is it, or there is none

	Logits  bool   // the loss takes logits, so that the outputs are no probabilities
	Version string // of Keras; "2" if it is only known that it is not Keras 3; empty: unknown

	count int // of layers so far, also those in models
}

// Layer is a layer or a nested model.
type Layer struct {
	Class     string // Keras's
	Name      string
	Settings  Settings // of a layer that is no model
	Trainable bool     // it and all models that it is in
	Inner     []*Layer // of a model
}

// Max is the most bytes that a config may have. Keras writes about a thousand for a layer.
const Max = 1 << 20

const (
	maxLayers = 4096
	maxDepth  = 16
)

// Parse reads the config of a whole model: config.json of a .keras file, what to_json() gives, or the attribute
// model_config of an .h5 file. version is that of Keras, or empty if the file does not tell it elsewhere. Any class of
// layer is taken, but a model that is no chain is an error, and so is a layer that a user has defined.
func Parse(config []byte, version string) (*Model, error) {
	if len(config) > Max {
		return nil, fmt.Errorf("config: wanted at most %d bytes, found %d", Max, len(config))
	}
	var o object
	if err := decode(config, &o, "a model"); err != nil {
		return nil, err
	}
	m := &Model{Version: version}
	if version == "" {
		m.Version = o.KerasVersion
	}
	if m.Version == "" && bytes.Contains(config, []byte(`"batch_input_shape"`)) {
		m.Version = "2"
	}
	var err error
	if m.Layers, err = m.parseLayers(o, true, 0); err != nil {
		return nil, err
	}
	if m.Input, err = m.inputShape(o); err != nil {
		return nil, err
	}
	m.SetLoss(o.CompileConfig)
	return m, nil
}

// Keras2 reports whether Keras 2 or 1 wrote the model.
func (m *Model) Keras2() bool {
	return strings.HasPrefix(m.Version, "2") || strings.HasPrefix(m.Version, "1")
}

// IsModel reports whether objects of the class are chains of layers.
func IsModel(class string) bool {
	return class == "Sequential" || class == "Functional" || class == "Model"
}

// parseLayers returns the layers of a model in order.
func (m *Model) parseLayers(o object, trainable bool, depth int) ([]*Layer, error) {
	if depth > maxDepth {
		return nil, fmt.Errorf("config: wanted models in models at most %d deep", maxDepth)
	}
	class, custom := unregistered(o.ClassName)
	if custom || !IsModel(class) || strings.Contains(o.RegisteredName, ">") {
		return nil, fmt.Errorf("a model of class %s: wanted Sequential, or Functional without branches",
			Clip(o.ClassName))
	}
	var config struct {
		Layers       objects         `json:"layers"`
		Trainable    *bool           `json:"trainable"`
		InputLayers  json.RawMessage `json:"input_layers"`
		OutputLayers json.RawMessage `json:"output_layers"`
	}
	var err error
	if bytes.HasPrefix(bytes.TrimSpace(o.Config), []byte("[")) {
		err = decode(o.Config, &config.Layers, "layers") // Keras 2.1 and before
	} else {
		err = decode(o.Config, &config, "a model")
	}
	if err != nil {
		return nil, err
	}
	if config.Trainable != nil {
		trainable = trainable && *config.Trainable
	}
	if m.count += len(config.Layers); m.count > maxLayers {
		return nil, fmt.Errorf("config: wanted at most %d layers, found more", maxLayers)
	}
	ordered := config.Layers
	if class != "Sequential" {
		if ordered, err = order(ordered, config.InputLayers, config.OutputLayers); err != nil {
			return nil, err
		}
	}
	var layers []*Layer
	for _, o := range ordered {
		l, err := m.parseLayer(o, trainable, depth)
		if err != nil {
			return nil, err
		}
		layers = append(layers, l)
	}
	return layers, nil
}

func (m *Model) parseLayer(o object, trainable bool, depth int) (*Layer, error) {
	class, custom := unregistered(o.ClassName)
	l := &Layer{Class: class, Name: o.Name, Trainable: trainable}
	if IsModel(class) && !custom {
		var config struct {
			Name string `json:"name"`
		}
		if json.Unmarshal(o.Config, &config) == nil && config.Name != "" {
			l.Name = config.Name
		}
		var err error
		l.Inner, err = m.parseLayers(o, trainable, depth+1)
		return l, err
	}
	if err := json.Unmarshal(o.Config, &l.Settings); err != nil {
		return nil, l.Fault(errors.New("wanted settings in its config"))
	}
	if name := l.Settings.Text("name"); name != "" {
		l.Name = name
	}
	if custom || strings.Contains(o.RegisteredName, ">") {
		l.Class = o.ClassName
		return nil, l.Fault(errors.New("a layer of the user's own is not supported"))
	}
	own, err := l.Settings.Flag("trainable", true)
	if err != nil {
		return nil, l.Fault(err)
	}
	l.Trainable = trainable && own
	return l, nil
}

// Fault returns err as one about the layer.
func (l *Layer) Fault(err error) error {
	return fmt.Errorf("layer %s (%s): %w", Clip(l.Name), Clip(l.Class), err)
}

// inputShape returns the shape of one sample as a model that has no input layer was built with, or nil.
func (m *Model) inputShape(o object) ([]int, error) {
	var config struct {
		BuildInputShape json.RawMessage `json:"build_input_shape"`
		BatchInputShape json.RawMessage `json:"batch_input_shape"`
	}
	if !parses(o.Config, &config) { // a list
		return nil, nil
	}
	for _, raw := range []json.RawMessage{config.BatchInputShape, config.BuildInputShape, o.BuildConfig.InputShape} {
		if shape, err := Shape(raw); shape != nil || err != nil {
			return shape, err
		}
	}
	return nil, nil
}

// Flat returns the layers in order, those of models in place of the models.
func Flat(layers []*Layer) (all []*Layer) {
	for _, l := range layers {
		if IsModel(l.Class) {
			all = append(all, Flat(l.Inner)...)
		} else {
			all = append(all, l)
		}
	}
	return all
}
