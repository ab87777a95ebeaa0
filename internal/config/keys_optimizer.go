package config

import (
	"fmt"
	"strings"

	"dnn/internal/keyfile"
	"dnn/internal/nn/optimizer"
)

// Keras's names.
const (
	sgd     = "sgd"
	rmsprop = "rmsprop"
	adam    = "adam"
	adamw   = "adamw"
	nadam   = "nadam"
	lion    = "lion"
)

// optimizerKeys are the keys of the optimizers, each for those that have it. A new optimizer is a variant wherever it has the
// key.
func optimizerKeys() []Key {
	const name = "optimizer.name"
	return []Key{
		{Name: "optimizer", Main: "learning_rate",
			Doc: "The rule that updates the weights."},
		{Name: name, Default: adam, Example: sgd, Kind: choice(optimizer.Names()...),
			Doc:    "Which rule; the formulas are Keras 3's.",
			Advice: "adam to begin with; adamw with a weight_decay for long runs; sgd with a momentum of 0.9 where you tune the rate."},
		{Name: "optimizer.learning_rate", By: name, Example: "0.01", Flag: "--learning-rate",
			Variants: kerasDefaults(func(s optimizer.Spec) any { return s.LearningRate }, adam, adamw, nadam, rmsprop, lion, sgd),
			Kind:     keyfile.Number{Min: 0, MinOpen: true, Max: 1000},
			Doc:      "Length of a step; a schedule starts from it.",
			Advice:   "0.001 for adam, 0.01 to 0.1 for sgd, 0.0001 for lion; dnn train --lr-find suggests one. Lower it if the loss jumps."},
		{Name: "optimizer.momentum", By: name, Example: "0.9",
			Variants: kerasDefaults(func(s optimizer.Spec) any { return s.Momentum }, sgd, rmsprop),
			Kind:     keyfile.Number{Min: 0, Max: maxDecay},
			Doc:      "Fraction of the last step that is taken again; 0: none.",
			Advice:   "0.9 with sgd, nearly always."},
		{Name: "optimizer.nesterov", By: name, Example: "true",
			Variants: kerasDefaults(func(s optimizer.Spec) any { return s.Nesterov }, sgd),
			Kind:     keyfile.Boolean{},
			Doc:      "Whether momentum looks ahead (Nesterov, 1983).",
			Advice:   "true with sgd and a momentum of 0.9 is often a little better."},
		{Name: "optimizer.rho", By: name, Example: "0.95",
			Variants: kerasDefaults(func(s optimizer.Spec) any { return s.Rho }, rmsprop),
			Kind:     keyfile.Number{Min: 0, Max: maxDecay},
			Doc:      "Fraction of the running mean of the squared gradients that is kept at each step.",
			Advice:   "0.9; 0.99 where batches are small, and gradients noisy."},
		{Name: "optimizer.centered", By: name, Example: "true",
			Variants: kerasDefaults(func(s optimizer.Spec) any { return s.Centered }, rmsprop),
			Kind:     keyfile.Boolean{},
			Doc:      "Whether a step is divided by the gradients' deviation, not their size.",
			Advice:   "false; true is worth a try where rmsprop does not settle."},
		{Name: "optimizer.beta_1", By: name, Example: "0.95",
			Variants: kerasDefaults(func(s optimizer.Spec) any { return s.Beta1 }, adam, adamw, nadam, lion),
			Kind:     keyfile.Number{Min: 0, Max: maxDecay},
			Doc:      "Fraction of the running mean of the gradients that is kept at each step.",
			Advice:   "leave it at 0.9; 0.95 where batches are small, and gradients noisy."},
		{Name: "optimizer.beta_2", By: name, Example: "0.99",
			Variants: kerasDefaults(func(s optimizer.Spec) any { return s.Beta2 }, adam, adamw, nadam, lion),
			Kind:     keyfile.Number{Min: 0, Max: maxDecay},
			Doc:      "The same of the squared gradients; lion: of the gradients, after the step.",
			Advice:   "leave it out; 0.99 forgets old gradients sooner, in a run of few steps."},
		{Name: "optimizer.epsilon", By: name, Example: "1e-8",
			Variants: kerasDefaults(func(s optimizer.Spec) any { return s.Epsilon }, adam, adamw, nadam, rmsprop),
			Kind:     keyfile.Number{Min: minEpsilon, Max: 1},
			Doc:      "Added to a divisor, which keeps it from 0.",
			Advice:   "leave it out; 1e-8 is PyTorch's, to compare with it."},
		{Name: "optimizer.amsgrad", By: name, Example: "true",
			Variants: kerasDefaults(func(s optimizer.Spec) any { return s.AMSGrad }, adam, adamw),
			Kind:     keyfile.Boolean{},
			Doc:      "Whether the largest mean of the squared gradients so far is used.",
			Advice:   "false; true is worth a try where adam does not settle."},
		{Name: "optimizer.weight_decay", By: name, Example: "0.004",
			Variants: kerasDefaults(func(s optimizer.Spec) any { return s.WeightDecay }, adam, adamw, nadam, rmsprop, lion, sgd),
			Kind:     keyfile.Number{Min: 0, Max: 1},
			Doc:      "Fraction of a weight that each step takes away, times the learning rate; 0: none.",
			Advice:   "0.004 to 0.1 with adamw, 5e-4 with sgd, for a network that overfits."},
		{Name: "optimizer.clipvalue", Default: "0", Example: "0.5", Kind: keyfile.Number{Min: 0, Max: maxNorm},
			Doc:    "Largest size of a number in a gradient; 0: any.",
			Advice: "0.5 where the loss jumps; global_clipnorm keeps the direction of the step, and is to be preferred."},
		{Name: "optimizer.clipnorm", Default: "0", Example: "1", Kind: keyfile.Number{Min: 0, Max: maxNorm},
			Doc:    "Largest norm of the gradient of one kernel or bias; 0: any.",
			Advice: "1 where the loss jumps because of one layer."},
		{Name: "optimizer.global_clipnorm", Default: "0", Example: "1", Kind: keyfile.Number{Min: 0, Max: maxNorm},
			Doc:    "Largest norm of all gradients together; 0: any.",
			Advice: "1 where the loss jumps or becomes nan."},
		{Name: "optimizer.use_ema", Default: "false", Example: "true", Kind: keyfile.Boolean{},
			Doc:    "Whether the model is a running mean of the weights over the steps.",
			Advice: "true with a constant learning rate; one that falls to 0 does the same."},
		{Name: "optimizer.ema_momentum", By: "optimizer.use_ema", Example: "0.999",
			Variants: variants("true", inFile(optimizer.Default(adam).EMAMomentum)),
			Kind:     keyfile.Number{Min: 0, Max: maxDecay},
			Doc:      "Fraction of that running mean that is kept at each step.",
			Advice:   "0.99 to 0.999: a mean over the last hundred to thousand steps."},
		{Name: "optimizer.ema_overwrite_frequency", By: "optimizer.use_ema", Example: "100",
			Variants: variants("true", inFile(optimizer.Default(adam).EMAOverwriteFrequency)),
			Kind:     keyfile.Whole{Min: 0, Max: maxSteps},
			Doc:      "Steps after which the weights become their mean, again and again; 0: only in the end.",
			Advice:   "0; 100 to 1000 where training is to go on from the mean."},
	}
}

// kerasDefaults returns a key's default for each of the optimizers that have it: Keras's, as nn knows it.
func kerasDefaults(value func(optimizer.Spec) any, names ...string) []keyfile.Variant {
	var all []keyfile.Variant
	for _, name := range names {
		all = append(all, keyfile.Variant{Of: name, Default: inFile(value(optimizer.Default(name)))})
	}
	return all
}

// inFile writes a value as a person would write it in a file: 1e-7, not 1e-07.
func inFile(v any) string { return strings.Replace(fmt.Sprint(v), "e-0", "e-", 1) }

// maxSteps is beyond what a run takes.
const maxSteps = 1_000_000_000

// maxNorm is beyond what any gradient of float32 weights can be clipped to with an effect.
const maxNorm = 1e9
