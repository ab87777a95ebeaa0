package main

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strconv"

	"dnn/internal/nn"
	"dnn/scripts/bench/paired"
)

// kind is one thing that an experiment can have instead of relu, Adam and the plain cross-entropy.
type kind struct {
	name string
	file map[string]any // the experiment file, which says only what differs; dnn and the Python scripts read it
}

// activationKinds are all activations that dnn has.
func activationKinds() []kind {
	var kinds []kind
	for _, name := range nn.Activations() {
		k := kind{name, map[string]any{"activation": name}}
		if name == "exponential" { // with Adam's usual rate, the loss becomes NaN
			k.file["optimizer"] = map[string]any{"learning_rate": 1e-4}
		}
		kinds = append(kinds, k)
	}
	return kinds
}

// The kinds of layers that have targets.
const (
	kindDropout   = "dropout"
	kindBatchNorm = "batch normalization"
)

// layerKinds are layers besides dense ones, and losses.
func layerKinds() []kind {
	dropout := map[string]any{"dropout": 0.2}
	const norm = "batch_normalization"
	return []kind{
		{kindDropout, map[string]any{"layers": []any{100, dropout, 50, dropout}}},
		{kindBatchNorm, map[string]any{"layers": []any{100, norm, 50, norm}}},
		{"label smoothing", map[string]any{"label_smoothing": 0.1}},
		{"mean squared error", map[string]any{"loss": "mse"}},
	}
}

// optimizerKinds are all optimizers that treat each parameter by itself.
func optimizerKinds() []kind {
	optimizer := func(title, name string, settings map[string]any) kind {
		all := map[string]any{"name": name}
		maps.Copy(all, settings)
		return kind{title, map[string]any{"optimizer": all}}
	}
	return []kind{
		optimizer("adam", "adam", nil),
		optimizer("adamw", "adamw", nil),
		optimizer("adam, amsgrad", "adam", map[string]any{"amsgrad": true}),
		optimizer("nadam", "nadam", nil),
		optimizer("rmsprop", "rmsprop", nil),
		optimizer("rmsprop, centered", "rmsprop", map[string]any{"centered": true}),
		optimizer("lion", "lion", nil),
		optimizer("sgd", "sgd", nil),
		optimizer("sgd, momentum", "sgd", map[string]any{"momentum": 0.9}),
		optimizer("sgd, Nesterov momentum", "sgd", map[string]any{"momentum": 0.9, "nesterov": true}),
	}
}

// kindGroup is an experiment of dnn alone.
type kindGroup struct {
	name, title, about string
	kinds              []kind
}

func kindGroups() []kindGroup {
	return []kindGroup{
		{
			"kinds/activations", "Activations beside relu",
			"dnn trains with relu and with another activation, in turn: the ratio of the other's epoch to relu's, the " +
				"median of three in each round, by set of kernels (`DNN_SIMD=…`) and threads. Epochs are those of " +
				"784-100-50-10 on MNIST, batch 100, Adam, with validation. How far relu itself is from 1 is chance.",
			activationKinds(),
		},
		{
			"kinds/layers", "Layers and losses beside the plain network",
			"The same for networks with two layers more, and for other losses, by the time of the plain network.",
			layerKinds(),
		},
		{
			"kinds/optimizers", "Optimizers beside Adam",
			"The same for other optimizers, by Adam's time. How far adam itself is from 1 is chance.",
			optimizerKinds(),
		},
	}
}

// kindSets are the sets of kernels with targets; generic takes long, whatever it computes.
func kindSets() []string { return []string{"avx512", "avx2", "neon"} }

// kindContender returns the name of dnn with a set of kernels.
func kindContender(set string, threads int) string {
	if threads == 1 {
		return set + ", 1 thread"
	}
	return fmt.Sprintf("%s, %d threads", set, threads)
}

// kerasJAX is Keras on JAX, which is faster here than on TensorFlow.
const kerasJAX = "keras-jax"

func kindsScenario(b *bench) []paired.Experiment {
	var experiments []paired.Experiment
	var all []kind
	for _, g := range kindGroups() {
		if n := b.effort.kinds; n > 0 {
			g.kinds = g.kinds[:n]
		}
		e := paired.Experiment{
			Name: g.name, Title: g.title,
			About:   g.about,
			Metrics: kindMetrics(g.kinds, ""), RowPerMetric: true,
		}
		for _, set := range b.sets {
			if !slices.Contains(kindSets(), set) {
				continue
			}
			for _, threads := range []int{1, 2} {
				r := recipe{threads: threads, batch: usualBatch, epochs: min(b.effort.epochs, 3), simd: set}
				e.Contenders = append(e.Contenders, b.kindsToRelu(kindContender(set, threads), r, g.kinds))
			}
		}
		if len(e.Contenders) > 0 {
			experiments = append(experiments, e)
		}
		all = append(all, g.kinds...)
	}
	r := recipe{threads: 2, batch: usualBatch, epochs: min(b.effort.epochs, 3)}
	e := paired.Experiment{
		Name: "kinds/peers", Title: "Activations, layers, losses and optimizers beside JAX and Keras",
		About: "Seconds for one epoch of 784-100-50-10 on MNIST with validation, batch 100, where in each line one " +
			"thing is other than relu and Adam: of each training the median of its epochs but the first, in which " +
			"the peers compile. JAX runs the whole epoch as one jitted scan, with Keras's activations. Keras runs " +
			"Model.fit on JAX, which is faster than on TensorFlow. exponential has a learning rate of 0.0001, since " +
			"its loss becomes NaN with the usual one. It is measured in one round.",
		MostRounds: 1,
		Metrics:    kindMetrics(all, "s"), RowPerMetric: true,
		Contenders: []paired.Contender{b.kindsDNN(r, all)},
	}
	if b.peers != "" {
		e.Contenders = append(e.Contenders, b.kindsPython("jax", "kinds_jax.py", r, all),
			b.kindsPython(kerasJAX, "kinds_keras.py", r, all))
	}
	return append(experiments, e)
}

// kindMetrics returns a metric for each kind.
func kindMetrics(kinds []kind, unit string) []paired.Metric {
	var metrics []paired.Metric
	for _, k := range kinds {
		metrics = append(metrics, paired.Metric{Name: k.name, Unit: unit})
	}
	return metrics
}

// kindsToRelu is dnn. Its metrics are the ratios of the kinds' epochs to those of relu and Adam, run in turn.
func (b *bench) kindsToRelu(name string, r recipe, kinds []kind) paired.Contender {
	return paired.Contender{Name: name, Run: func(ctx context.Context) (paired.Figures, error) {
		got := paired.Figures{}
		for _, k := range kinds {
			ratios := make([]float64, b.effort.kindPairs)
			for i := range ratios {
				ratio, err := b.kindToRelu(ctx, r, k, i%2 == 0)
				if err != nil {
					return nil, err
				}
				ratios[i] = ratio
			}
			got[k.name] = paired.Median(ratios)
		}
		return got, nil
	}}
}

// kindToRelu returns the ratio of an epoch of the kind to one of relu and Adam, before or after it.
func (b *bench) kindToRelu(ctx context.Context, r recipe, k kind, before bool) (ratio float64, err error) {
	var relu, epoch float64
	for _, plain := range []bool{before, !before} {
		if plain {
			relu, err = b.dnnEpoch(ctx, r)
		} else {
			epoch, err = b.kindEpoch(ctx, r, k)
		}
		if err != nil {
			return 0, err
		}
	}
	return epoch / relu, nil
}

// kindsDNN is dnn. Its metrics are the seconds of the kinds' epochs.
func (b *bench) kindsDNN(r recipe, kinds []kind) paired.Contender {
	return paired.Contender{Name: dnn2, Run: func(ctx context.Context) (paired.Figures, error) {
		got := paired.Figures{}
		for _, k := range kinds {
			epoch, err := b.kindEpoch(ctx, r, k)
			if err != nil {
				return nil, err
			}
			got[k.name] = epoch
		}
		return got, nil
	}}
}

// kindEpoch returns the seconds of an epoch of dnn.
func (b *bench) kindEpoch(ctx context.Context, r recipe, k kind) (float64, error) {
	file, err := json.Marshal(k.file) // an experiment file may be JSON
	if err != nil {
		return 0, err
	}
	path := filepath.Join(b.work, "kind.yaml")
	if err := os.WriteFile(path, file, 0o644); err != nil {
		return 0, err
	}
	epoch, err := b.dnnEpoch(ctx, r, "--config", path)
	if err != nil {
		return 0, fmt.Errorf("%s: %w", k.name, err)
	}
	return epoch, nil
}

// kindsPython is a Python program that trains all kinds in one process, with the metrics of kindsDNN.
func (b *bench) kindsPython(name, script string, r recipe, kinds []kind) paired.Contender {
	return paired.Contender{Name: name, Run: func(ctx context.Context) (paired.Figures, error) {
		files := map[string]map[string]any{}
		for _, k := range kinds {
			files[k.name] = k.file
		}
		list, err := json.Marshal(files)
		if err != nil {
			return nil, err
		}
		epochs, err := python[map[string][]float64](ctx, b, pythonNumPy, nil, script, b.images,
			strconv.Itoa(r.batch), strconv.Itoa(r.epochs), string(list))
		if err != nil {
			return nil, err
		}
		got := paired.Figures{}
		for name, seconds := range epochs {
			got[name] = paired.Steady(seconds)
		}
		return got, nil
	}}
}

// kindTargets returns what is wanted of the kinds: that none is much slower than relu and Adam, or slower than a peer.
func kindTargets() []paired.Target {
	var targets []paired.Target
	for _, set := range kindSets() {
		for _, threads := range []int{1, 2} {
			name := kindContender(set, threads)
			targets = append(targets,
				wanted("kinds/activations", "", name, "", paired.AtMost, 1.35),
				wanted("kinds/layers", kindDropout, name, "", paired.AtMost, 1.25),
				wanted("kinds/layers", kindBatchNorm, name, "", paired.AtMost, 1.25),
				wanted("kinds/optimizers", "", name, "", paired.AtMost, 1.3))
		}
	}
	return append(targets,
		wanted("kinds/peers", "", dnn2, "jax", paired.Below, 1),
		wanted("kinds/peers", "", dnn2, kerasJAX, paired.Below, 1))
}
