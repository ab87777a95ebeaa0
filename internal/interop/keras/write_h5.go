package keras

import (
	"io"

	"dnn/internal/interop/chain"
	"dnn/internal/interop/hdf5"
)

// WriteH5 writes c as an .h5 file of a whole model, which load_model of Keras 3 and, if it knows the activations, of
// Keras 2 (tf_keras) reads. It is compiled as that of WriteKeras is, but never has the state of an optimizer: Keras
// 3.15 cannot train a model on that it has read from an .h5 file with one, even its own.
func WriteH5(w io.Writer, c *chain.Chain) error {
	o, err := lay(c)
	if err != nil {
		return err
	}
	description, err := encode(o.oldConfig())
	if err != nil {
		return err
	}
	var root hdf5.Group
	root.String("keras_version", kerasVersion)
	root.String("backend", "tensorflow")
	root.String("model_config", string(description))
	if n, ok := labelsOf(c); ok {
		text, err := encode(n)
		if err != nil {
			return err
		}
		root.String(labelsAttribute, string(text))
	}
	o.putOldWeights(root.Group("model_weights"))
	if c.Loss != "" {
		compiled := compileConfig(c)
		compiled["metrics"] = []string{oldMetric(c)}
		compiled["optimizer_config"] = map[string]any{"class_name": "Adam", "config": adamSettings(c)}
		training, err := encode(compiled)
		if err != nil {
			return err
		}
		root.String("training_config", string(training))
	}
	data, err := root.Bytes()
	if err != nil {
		return err
	}
	_, err = w.Write(data)
	return err
}

// oldConfig returns the attribute model_config in words that Keras 2 and 3 know.
func (o *layout) oldConfig() map[string]any {
	input := map[string]any{"name": "input_layer", "batch_input_shape": batch(o.input), "dtype": "float32"}
	layers := []any{map[string]any{"class_name": "InputLayer", "config": input}}
	for _, l := range o.layers {
		settings := map[string]any{"name": l.name, "trainable": true, "dtype": "float32"}
		for name, v := range l.settings {
			if name == "negative_slope" {
				name = "alpha" // of LeakyReLU in Keras 2; Keras 3 takes it
			}
			settings[name] = v
		}
		layers = append(layers, map[string]any{"class_name": l.class, "config": settings})
	}
	return map[string]any{"class_name": "Sequential", "config": map[string]any{"name": modelName, "layers": layers}}
}

// putOldWeights adds a group for each layer, with its arrays and their names.
func (o *layout) putOldWeights(g *hdf5.Group) {
	g.String("keras_version", kerasVersion)
	g.String("backend", "tensorflow")
	var layers []string
	for _, l := range o.layers {
		layers = append(layers, l.name)
		own := g.Group(l.name)
		var names []string
		for _, a := range l.arrays {
			name := l.name + "/" + a.name + ":0"
			names = append(names, name)
			a.put(own, name)
		}
		own.Strings("weight_names", names)
	}
	g.Strings("layer_names", layers)
	g.Group("top_level_model_weights").Strings("weight_names", nil)
}

// oldMetric returns what "accuracy" means for c, which Keras 2 does not find out of a file.
func oldMetric(c *chain.Chain) string {
	if c.Outputs() > 1 && c.Loss != "binary_crossentropy" {
		return "categorical_accuracy"
	}
	return "binary_accuracy"
}
