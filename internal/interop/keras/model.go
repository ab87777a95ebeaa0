package keras

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
)

// model is a config, parsed: a chain of layers, of which some may be models themselves.
type model struct {
	layers  []*layer
	input   []int  // the shape of one sample, as far as the model itself tells; nil: it does not
	loss    string // Keras's name; empty: unknown
	logits  bool   // the loss takes logits
	version string // of Keras
	count   int    // of layers so far, also those in models
}

// layer is a layer or a nested model.
type layer struct {
	class     string
	name      string
	config    settings
	trainable bool     // it and all models that it is in
	inner     []*layer // of a model
	values    []stored // its variables, in the order of variables()
}

const (
	maxLayers = 4096
	maxDepth  = 16
)

// parseModel reads the config of a whole model.
func parseModel(config []byte, version string) (*model, error) {
	if len(config) > maxConfig {
		return nil, fmt.Errorf("config: wanted at most %d bytes, found %d", maxConfig, len(config))
	}
	var o object
	if err := decode(config, &o, "a model"); err != nil {
		return nil, err
	}
	m := &model{version: version}
	if version == "" {
		m.version = o.KerasVersion
	}
	if m.version == "" && bytes.Contains(config, []byte(`"batch_input_shape"`)) {
		m.version = "2"
	}
	var err error
	if m.layers, err = m.parseLayers(o, true, 0); err != nil {
		return nil, err
	}
	if m.input, err = m.inputShape(o); err != nil {
		return nil, err
	}
	m.setLoss(o.CompileConfig)
	return m, nil
}

// keras2 reports whether Keras 2 or 1 wrote the model.
func (m *model) keras2() bool {
	return strings.HasPrefix(m.version, "2") || strings.HasPrefix(m.version, "1")
}

// isModel reports whether objects of the class are chains of layers.
func isModel(class string) bool {
	return class == "Sequential" || class == "Functional" || class == "Model"
}

// parseLayers returns the layers of a model in order.
func (m *model) parseLayers(o object, trainable bool, depth int) ([]*layer, error) {
	if depth > maxDepth {
		return nil, fmt.Errorf("config: wanted models in models at most %d deep", maxDepth)
	}
	class, custom := unregistered(o.ClassName)
	if custom || !isModel(class) || strings.Contains(o.RegisteredName, ">") {
		return nil, fmt.Errorf("model of class %s: wanted Sequential, or Functional without branches", clip(o.ClassName))
	}
	var config struct {
		Layers       []object        `json:"layers"`
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
	objects := config.Layers
	if class != "Sequential" {
		if objects, err = order(objects, config.InputLayers, config.OutputLayers); err != nil {
			return nil, err
		}
	}
	var layers []*layer
	for _, o := range objects {
		l, err := m.parseLayer(o, trainable, depth)
		if err != nil {
			return nil, err
		}
		layers = append(layers, l)
	}
	return layers, nil
}

func (m *model) parseLayer(o object, trainable bool, depth int) (*layer, error) {
	class, custom := unregistered(o.ClassName)
	l := &layer{class: class, name: o.Name, trainable: trainable}
	if isModel(class) && !custom {
		var config struct {
			Name string `json:"name"`
		}
		if json.Unmarshal(o.Config, &config) == nil && config.Name != "" {
			l.name = config.Name
		}
		var err error
		l.inner, err = m.parseLayers(o, trainable, depth+1)
		return l, err
	}
	if err := json.Unmarshal(o.Config, &l.config); err != nil {
		return nil, l.fault(errors.New("wanted settings in its config"))
	}
	if name := l.config.text("name"); name != "" {
		l.name = name
	}
	if custom || strings.Contains(o.RegisteredName, ">") {
		l.class = o.ClassName
		return nil, l.fault(errors.New("a layer of the user's own is not supported"))
	}
	own, err := l.config.flag("trainable", true)
	if err != nil {
		return nil, l.fault(err)
	}
	l.trainable = trainable && own
	if _, ok := kinds[class]; !ok {
		return nil, l.fault(errors.New("not supported: wanted dense layers, normalization, dropout, activations"))
	}
	return l, nil
}

// fault returns err as one about the layer.
func (l *layer) fault(err error) error {
	return fmt.Errorf("layer %s (%s): %w", clip(l.name), clip(l.class), err)
}

// inputShape returns the shape of one sample as a model that has no input layer was built with, or nil.
func (m *model) inputShape(o object) ([]int, error) {
	var config struct {
		BuildInputShape json.RawMessage `json:"build_input_shape"`
		BatchInputShape json.RawMessage `json:"batch_input_shape"`
	}
	if json.Unmarshal(o.Config, &config) != nil { // a list
		return nil, nil
	}
	for _, raw := range []json.RawMessage{config.BatchInputShape, config.BuildInputShape, o.BuildConfig.InputShape} {
		if shape, err := dims(raw); shape != nil || err != nil {
			return shape, err
		}
	}
	return nil, nil
}

// flat returns the layers in order, those of models in place of the models.
func flat(layers []*layer) (all []*layer) {
	for _, l := range layers {
		if isModel(l.class) {
			all = append(all, flat(l.inner)...)
		} else {
			all = append(all, l)
		}
	}
	return all
}
