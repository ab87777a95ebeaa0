// Package marks compares how long dnn and other programs take until they have a network that reaches an accuracy. Every
// program is given the same recipe: that of an experiment file. The package turns such a file into one that programs in
// other languages can read in a few lines, knows these programs, and shows the results. It starts none of them.
package marks

import (
	"bytes"
	"fmt"
	"maps"
	"slices"
	"strings"

	"dnn/internal/augment"
	"dnn/internal/config"
	"dnn/internal/mnist"
	"dnn/internal/nn"
	"dnn/internal/nn/optimizer"
	"dnn/internal/train"
	"dnn/internal/train/schedule"
)

// Recipe says how a dense network with softmax at its end is trained on MNIST by Adam or AdamW.
type Recipe struct {
	Percent    int    // of the test images, which a network is to reach
	Layers     []int  // units of each level, from the pixels on
	Activation string // Keras's name of the activation of the hidden layers
	Images     int    // that train: the first of the training images
	Epochs     int
	Batch      int
	Adam       optimizer.AdamRule
	Decay      float64   // weight decay
	Initial    string    // Keras's name of the initializer of the hidden layers
	Smooth     float64   // label smoothing
	Distort    []float64 // ranges of shift, rotation, scale, shear, then alpha and sigma of the elastic field; nil: none
	Rates      []float64 // the learning rate of each step
}

// followed returns the keys and groups of an experiment file that all programs can follow, or that change nothing in
// what a network learns.
func followed() []string {
	return []string{"dataset", "layers", "activation", "kernel_initializer", "label_smoothing", "optimizer.name",
		"optimizer.learning_rate", "optimizer.beta_1", "optimizer.beta_2", "optimizer.epsilon",
		"optimizer.weight_decay", "schedule", "epochs",
		"batch_size", "validation_split", "seed", "threads", "output", "augment",
		"augment.shift", "augment.rotation", "augment.scale", "augment.shear",
		"augment.elastic"}
}

// activations returns the activations that all programs can follow, by Keras's names.
func activations() []string { return []string{"relu", "silu"} }

// initializers returns the initializers that all programs can follow, by Keras's names.
func initializers() []string { return []string{"glorot_uniform", "he_normal", "he_uniform"} }

// Read returns the recipe for a mark, from an experiment file with that name and text. The error is a *fault.Error if
// it is about a setting of the file, such as one that the programs cannot follow.
func Read(percent int, name, text string) (Recipe, error) {
	c, err := config.Load(config.Options{
		Path: name, Read: func(string) ([]byte, error) { return []byte(text), nil },
	})
	if err != nil {
		return Recipe{}, err
	}
	keys := slices.Sorted(maps.Keys(c.Origins))
	for _, callback := range c.Callbacks { // which may be on with none of its keys
		keys = append(keys, callback.Name)
	}
	for _, key := range keys {
		follows := func(f string) bool {
			return key == f || f != "augment" && strings.HasPrefix(key, f+".")
		}
		if c.Given(key) && !slices.ContainsFunc(followed(), follows) {
			return Recipe{}, c.Fault(key, "wanted only settings that all programs can follow, found this one")
		}
	}
	set, ok := mnist.Lookup(c.Dataset.Name)
	if !ok || set.Name != "mnist" {
		return Recipe{}, c.Fault("dataset", "wanted mnist, found %q", c.Dataset.Name)
	}
	rule, ok := c.Optimizer.Rule.(*optimizer.AdamRule)
	if !ok {
		return Recipe{}, c.Fault("optimizer.name", "wanted adam or adamw, found %s", c.Optimizer.Name)
	}
	if known := activations(); !slices.Contains(known, c.Activation) {
		return Recipe{}, c.Fault("activation", "wanted one of %s, found %s", strings.Join(known, ", "), c.Activation)
	}
	initial := c.KernelInitializer.Name
	if known := initializers(); !slices.Contains(known, initial) {
		return Recipe{}, c.Fault("kernel_initializer", "wanted one of %s, found %s", strings.Join(known, ", "), initial)
	}
	r := Recipe{Percent: percent, Layers: []int{set.Features()}, Activation: c.Activation, Epochs: c.Epochs,
		Batch: c.BatchSize, Adam: *rule, Decay: c.Optimizer.WeightDecay, Initial: initial, Smooth: c.LabelSmoothing}
	for _, l := range c.Layers {
		plain := nn.NewLayerSpec("dense")
		if plain.Units = l.Units; nn.LayerSpec(l) != plain {
			return Recipe{}, c.Fault("layers", "wanted only units, found a layer with more settings")
		}
		r.Layers = append(r.Layers, l.Units)
	}
	r.Layers = append(r.Layers, len(set.Classes))
	all := int(set.Train.Labels.Bytes) - idxLabelsHeader
	r.Images = all - train.ValidationSamples(all, c.ValidationSplit)
	r.Distort = ranges(c.Augment)
	steps := (r.Images + r.Batch - 1) / r.Batch
	rates := c.Schedule.For(schedule.Run{Rate: c.Optimizer.LearningRate, Epochs: r.Epochs, Steps: steps})
	for step := range r.Epochs * steps {
		r.Rates = append(r.Rates, rates.Rate(step))
	}
	return r, nil
}

// idxLabelsHeader is the number of bytes before the labels of an IDX file.
const idxLabelsHeader = 8

// ranges returns Recipe.Distort.
func ranges(all augment.Distortions) []float64 {
	if all == nil {
		return nil
	}
	list := make([]float64, 6)
	for _, d := range all {
		switch d := d.(type) {
		case *augment.Affine:
			list[0], list[1], list[2], list[3] = d.Shift, d.Rotation, d.Scale, d.Shear
		case *augment.Elastic:
			list[4], list[5] = d.Alpha, d.Sigma
		}
	}
	return list
}

// Text returns the recipe as the programs read it: lines of a name and its values, with spaces between.
func (r Recipe) Text() []byte {
	var b bytes.Buffer
	line := func(name string, values ...any) {
		_, _ = fmt.Fprintln(&b, append([]any{name}, values...)...) // a Buffer takes everything
	}
	line("mark", r.Percent)
	line("layers", anys(r.Layers)...)
	line("activation", r.Activation)
	line("initializer", r.Initial)
	line("label_smoothing", r.Smooth)
	line("images", r.Images)
	line("epochs", r.Epochs)
	line("batch", r.Batch)
	line("beta_1", r.Adam.Beta1)
	line("beta_2", r.Adam.Beta2)
	line("epsilon", r.Adam.Epsilon)
	line("weight_decay", r.Decay)
	if r.Distort != nil {
		line("distort", anys(r.Distort)...)
	}
	line("rates", anys(r.Rates)...)
	return b.Bytes()
}

func anys[T any](list []T) []any {
	var all []any
	for _, v := range list {
		all = append(all, v)
	}
	return all
}

// String returns the recipe in a few words, for a table.
func (r Recipe) String() string {
	shape := strings.Trim(strings.ReplaceAll(fmt.Sprint(r.Layers), " ", "-"), "[]")
	images := "images"
	if r.Distort != nil {
		images = "distorted images"
	}
	epochs := "epochs"
	if r.Epochs == 1 {
		epochs = "epoch"
	}
	adam := "Adam"
	if r.Decay > 0 {
		adam = "AdamW"
	}
	return fmt.Sprintf("%s with %s, %d %s of %d,%03d %s, batch %d, %s, rate up to %.3g",
		shape, r.Activation, r.Epochs, epochs, r.Images/1000, r.Images%1000, images, r.Batch, adam, slices.Max(r.Rates))
}
