package keras

import (
	"archive/zip"
	"bytes"
	"cmp"
	"encoding/json"
	"fmt"
	"hash/crc32"
	"io"
	"slices"

	"dnn/internal/interop/chain"
	"dnn/internal/interop/hdf5"
)

const (
	// kerasVersion is the version of Keras whose files are written.
	kerasVersion = "3.15.1"
	modelName    = "sequential"
)

// WriteKeras writes c as a .keras file, which keras.models.load_model reads: an uncompressed zip file whose bytes
// depend on c only. If c's loss is known, the model is compiled with it, with Adam and with accuracy; a crossentropy
// takes classes as labels, not vectors. If c has the state of an optimizer, Keras trains on from it.
func WriteKeras(w io.Writer, c *chain.Chain) error {
	o, err := lay(c)
	if err != nil {
		return err
	}
	about := map[string]any{"keras_version": kerasVersion, "date_saved": "1980-01-01@00:00:00"}
	if n, ok := labelsOf(c); ok {
		about[labelsAttribute] = n
	}
	metadata, err := encode(about)
	if err != nil {
		return err
	}
	description, err := encode(o.config(c))
	if err != nil {
		return err
	}
	weights, err := o.weights(c)
	if err != nil {
		return err
	}
	z := zip.NewWriter(w)
	for _, file := range []struct {
		name string
		data []byte
	}{{metadataFile, metadata}, {configFile, description}, {weightsFile, weights}} {
		size := uint64(len(file.data))
		const january1st1980 = 1<<5 | 1
		part, err := z.CreateRaw(&zip.FileHeader{
			Name: file.name, Method: zip.Store, CRC32: crc32.ChecksumIEEE(file.data),
			CompressedSize64: size, UncompressedSize64: size,
			ModifiedDate: january1st1980, //nolint:staticcheck // CreateRaw takes no other date
		})
		if err != nil {
			return err
		}
		if _, err := part.Write(file.data); err != nil {
			return err
		}
	}
	return z.Close()
}

// WriteWeights writes c's weights as a .weights.h5 file, which load_weights of a model with the same layers reads. It
// is the model.weights.h5 that WriteKeras writes.
func WriteWeights(w io.Writer, c *chain.Chain) error {
	o, err := lay(c)
	if err != nil {
		return err
	}
	weights, err := o.weights(c)
	if err != nil {
		return err
	}
	_, err = w.Write(weights)
	return err
}

// encode returns v as JSON with sorted keys.
func encode(v any) ([]byte, error) {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	if err := e.Encode(v); err != nil {
		return nil, fmt.Errorf("keras: config: %w", err)
	}
	return bytes.TrimSuffix(b.Bytes(), []byte("\n")), nil
}

// serialized is an object of Keras 3.
func serialized(module, class string, settings map[string]any) map[string]any {
	return map[string]any{"module": module, "class_name": class, "config": settings, "registered_name": nil}
}

// batch returns the shape of a batch of samples: with null for how many they are.
func batch(shape []int) []any {
	all := []any{nil}
	for _, side := range shape {
		all = append(all, side)
	}
	return all
}

// config returns config.json of Keras 3.
func (o *layout) config(c *chain.Chain) map[string]any {
	input := map[string]any{"name": "input_layer", "batch_shape": batch(o.input), "dtype": "float32"}
	layers := []any{serialized("keras.layers", "InputLayer", input)}
	for _, l := range o.layers {
		settings := map[string]any{"name": l.name, "trainable": true, "dtype": "float32"}
		for name, v := range l.settings {
			settings[name] = v
		}
		layers = append(layers, serialized("keras.layers", l.class, settings))
	}
	model := serialized("keras", "Sequential", map[string]any{
		"name": modelName, "trainable": true, "dtype": "float32", "layers": layers, "build_input_shape": batch(o.input),
	})
	model["build_config"] = map[string]any{"input_shape": batch(o.input)}
	compiled := map[string]any{}
	if c.Loss != "" {
		compiled = compileConfig(c)
		compiled["optimizer"] = serialized("keras.optimizers", "Adam", adamSettings(c))
	}
	model["compile_config"] = compiled
	return model
}

// compileConfig is how a model is compiled, but for the optimizer.
func compileConfig(c *chain.Chain) map[string]any {
	var loss any = c.Loss
	switch class := map[string]string{
		"categorical_crossentropy": "CategoricalCrossentropy", "binary_crossentropy": "BinaryCrossentropy",
	}[c.Loss]; {
	case c.Loss == "mse":
		loss = "mean_squared_error" // Keras 3 does not find the short name in .h5
	case class != "" && (c.LabelSmoothing > 0 || endsInLogits(c)):
		loss = serialized("keras.losses", class, map[string]any{
			"name": c.Loss, "reduction": "sum_over_batch_size", "from_logits": endsInLogits(c), "label_smoothing": c.LabelSmoothing, "axis": -1,
		})
	}
	return map[string]any{
		"loss": loss, "loss_weights": nil, "metrics": []string{"accuracy"}, "weighted_metrics": nil,
		"run_eagerly": false, "steps_per_execution": 1, "jit_compile": false,
	}
}

// endsInLogits reports whether no softmax or sigmoid comes last, as in a model that another program trained with a loss
// that has it.
func endsInLogits(c *chain.Chain) bool {
	for _, s := range slices.Backward(c.Steps) {
		switch s := s.(type) {
		case chain.Activation:
			return s.Function != "softmax" && s.Function != "sigmoid"
		case chain.Dense:
			return true
		}
	}
	return false
}

// adamSettings are those of c's optimizer, or Keras's defaults; only such as also Keras 2 knows.
func adamSettings(c *chain.Chain) map[string]any {
	var a chain.Adam
	if c.Optimizer != nil {
		a = *c.Optimizer
	}
	return map[string]any{
		"name": "adam", "learning_rate": cmp.Or(a.LearningRate, 0.001), "beta_1": cmp.Or(a.Beta1, 0.9),
		"beta_2": cmp.Or(a.Beta2, 0.999), "epsilon": cmp.Or(a.Epsilon, 1e-7), "amsgrad": false,
	}
}

// weights returns model.weights.h5: the arrays of each layer that has some in layers/CLASS_N/vars, by number.
func (o *layout) weights(c *chain.Chain) ([]byte, error) {
	var root hdf5.Group
	root.Group("vars").String("name", modelName)
	counts := map[string]int{}
	for _, l := range o.layers {
		if len(l.arrays) == 0 {
			continue
		}
		base := firstNames[l.class]
		vars := root.Group("layers/" + numbered(base, counts[base]) + "/vars")
		counts[base]++
		vars.String("name", l.name)
		for i, a := range l.arrays {
			a.put(vars, fmt.Sprint(i))
		}
	}
	if c.Loss != "" {
		variables, err := o.optimizer(c)
		if err != nil {
			return nil, err
		}
		vars := root.Group("optimizer/vars")
		vars.String("name", "adam")
		for i, v := range variables {
			v.put(vars, fmt.Sprint(i))
		}
	}
	return root.Bytes()
}

// put adds the array to a group.
func (a array) put(g *hdf5.Group, path string) {
	if a.count {
		g.Int(path, a.whole)
		return
	}
	g.Floats(path, a.shape, a.values)
}

// optimizer returns the variables of Adam in Keras's order: the number of steps, the learning rate, and momentum and
// velocity of each array that is trained. Without a state, there are the first two.
func (o *layout) optimizer(c *chain.Chain) ([]array, error) {
	var a chain.Adam
	if c.Optimizer != nil {
		a = *c.Optimizer
	}
	all := []array{
		{name: "iteration", count: true, whole: a.Iterations},
		{name: "learning_rate", values: []float32{float32(cmp.Or(a.LearningRate, 0.001))}},
	}
	if c.Optimizer == nil {
		return all, nil
	}
	for _, l := range o.layers {
		for _, v := range l.arrays {
			if v.trained == "" {
				continue
			}
			for _, moment := range []struct {
				name   string
				values map[string][]float32
			}{{"momentum", a.Momentum}, {"velocity", a.Velocity}} {
				values := moment.values[v.trained]
				if len(values) != len(v.values) {
					return nil, fmt.Errorf("keras: Adam's %s of %s: wanted %d values, found %d",
						moment.name, v.trained, len(v.values), len(values))
				}
				all = append(all, array{name: moment.name, shape: v.shape, values: values})
			}
		}
	}
	return all, nil
}
