package main

import (
	"fmt"
	"slices"

	"dnn/scripts/bench/paired"
)

// scenario is a group of experiments that --only can choose.
type scenario struct {
	name        string
	does        string // for the help
	experiments func(b *bench) []paired.Experiment
}

// scenarios returns all scenarios, in the order in which they run.
func scenarios() []scenario {
	return []scenario{
		{"epoch", "one epoch with validation, beside the peers", epochScenario},
		{"busy", "the same while another process keeps a core busy", busyScenario},
		{"batch", "the same with batches of 32, 1000 and 1, beside JAX", batchScenario},
		{"process", "whole processes: train, eval, summary, download", processScenario},
		{"simd", "the epoch with each instruction set", simdScenario},
		{"gemm", "matrix products beside OpenBLAS", gemmScenario},
		{"wide", "training steps of three layers of 2048, beside PyTorch and JAX", wideScenario},
		{"kinds", "the epoch with each activation, layer, loss and optimizer", kindsScenario},
		{"fast", "whole processes until 97, 98 and 99 % are reached, beside the peers in scripts/bench/peers",
			fastScenario},
	}
}

// The names of contenders that have targets.
const (
	dnn2     = "dnn, 2 threads"
	dnn1     = "dnn, 1 thread"
	dnnBusy  = "dnn, 2 threads, one core busy"
	dnnTrain = "dnn train"
)

const usualBatch = 100

// seconds is the metric of an epoch.
func seconds() []paired.Metric { return []paired.Metric{{Name: "epoch", Unit: "s"}} }

func epochScenario(b *bench) []paired.Experiment {
	r := recipe{batch: usualBatch, epochs: b.effort.epochs}
	return []paired.Experiment{{
		Name: "epoch", Title: "One epoch",
		About: "Seconds for one epoch of 48,000 images and the validation with 12,000, 784-100-50-10, batch 100, " +
			"Adam: of each run the median of its epochs but the first, in which some peers compile. JAX runs the " +
			"whole epoch as one jitted scan. scikit-learn does not validate. PyTorch is faster with one thread than " +
			"with two here, and has one.",
		Metrics: seconds(),
		Contenders: slices.Concat(
			[]paired.Contender{b.dnnEpochs(dnn2, r.with(2)), b.dnnEpochs(dnn1, r.with(1))},
			b.peerEpochs(r, "jax", "keras-tensorflow", "torch", "sklearn", "gonum")),
	}}
}

func busyScenario(b *bench) []paired.Experiment {
	r := recipe{batch: usualBatch, epochs: b.effort.epochs}
	return []paired.Experiment{{
		Name: "busy", Title: "One epoch beside another program",
		About: "The same epoch with two threads while another process keeps one of the two cores busy, and with " +
			"one thread on the idle machine.",
		Metrics: seconds(),
		Contenders: []paired.Contender{
			b.dnnEpochs(dnn1, r.with(1)),
			b.besideBusy(dnnBusy, b.dnnEpochs(dnn2, r.with(2))),
		},
	}}
}

func batchScenario(b *bench) []paired.Experiment {
	var experiments []paired.Experiment
	for _, batch := range []int{32, 1000, 1} {
		r := recipe{batch: batch, epochs: b.effort.epochs}
		if batch == 1 {
			r.epochs = 2 // they are long; the first one still does not count
		}
		experiments = append(experiments, paired.Experiment{
			Name: fmt.Sprintf("batch/%d", batch), Title: fmt.Sprintf("One epoch with batches of %d", batch),
			About:      "The same epoch with another batch size.",
			Metrics:    seconds(),
			Contenders: append([]paired.Contender{b.dnnEpochs(dnn2, r.with(2))}, b.peerEpochs(r, "jax")...),
		})
	}
	return experiments
}

func processScenario(b *bench) []paired.Experiment {
	r := recipe{batch: usualBatch, epochs: b.effort.epochs}
	milliseconds := []paired.Metric{{Name: "time", Unit: "ms"}}
	experiments := []paired.Experiment{
		{
			Name: "process/train", Title: "The whole process",
			About: fmt.Sprintf("From the start of the process to its end: loading the data, %d epochs, the test; dnn "+
				"also writes the model, the history and the curves. The data lie on this machine, in the page cache. "+
				"Memory is the most that was resident at once; of dnn, that includes the pages of the data set's "+
				"files.", r.epochs),
			Metrics: []paired.Metric{
				{Name: "time", Unit: "s"}, {Name: "peak memory", Unit: "MiB"}, {Name: "test accuracy", Unit: ""},
			},
			Contenders: append([]paired.Contender{b.dnnProcess()},
				b.peerProcesses(r, "sklearn", "keras-tensorflow")...),
		},
		{
			Name: "process/eval", Title: "dnn eval model.bin",
			About:      "From the start of the process to its end, 10,000 test images.",
			Metrics:    milliseconds,
			Contenders: []paired.Contender{b.dnnCommand("dnn eval", "eval", b.model(), "--data-dir", b.dataDir)},
		},
		{
			Name: "process/summary", Title: "dnn summary", About: "From the start of the process to its end.",
			Metrics: milliseconds, Contenders: []paired.Contender{b.dnnCommand("dnn summary", "summary", b.model())},
		},
	}
	if b.originals != "" {
		experiments = append(experiments, paired.Experiment{
			Name: "process/download", Title: "dnn download",
			About:   "All four files from a local file:// mirror, verified and unpacked.",
			Metrics: milliseconds, Contenders: []paired.Contender{b.dnnDownload()},
		})
	}
	return experiments
}

func simdScenario(b *bench) []paired.Experiment {
	e := paired.Experiment{
		Name: "simd", Title: "One epoch by instruction set",
		About: "The epoch of above, two threads, with each set of kernels that this CPU can run (`DNN_SIMD=…`). All " +
			"give the same bits.",
		Metrics: seconds(),
	}
	for _, set := range b.sets {
		r := recipe{threads: 2, batch: usualBatch, epochs: b.effort.epochs, simd: set}
		if set == "generic" {
			r.epochs = 1 // it takes long, and its first epoch is not slower
		}
		e.Contenders = append(e.Contenders, b.dnnEpochs("DNN_SIMD="+set, r))
	}
	return []paired.Experiment{e}
}

func gemmScenario(b *bench) []paired.Experiment {
	e := paired.Experiment{
		Name: "gemm", Title: "Matrix products",
		About: "GFLOP/s of C = A B in float32: n x n matrices, or m x k by k x n. dnn's by BenchmarkSgemm of " +
			"internal/nn/blas; OpenBLAS's through NumPy, less the time that a call takes from Python.",
		Contenders: []paired.Contender{b.dnnProducts()},
	}
	for _, threads := range gemmThreads() {
		for _, shape := range gemmShapes() {
			e.Metrics = append(e.Metrics, paired.Metric{Name: gemmMetric(shape, threads), Unit: "GFLOP/s"})
		}
	}
	if b.peers != "" {
		e.Contenders = append(e.Contenders, b.blasProducts())
	}
	return []paired.Experiment{e}
}

func wideScenario(b *bench) []paired.Experiment {
	e := paired.Experiment{
		Name: "wide", Title: "A wide network",
		About: "Milliseconds for a training step of 784-2048-2048-2048-10 with a batch of 512, Adam, two threads. " +
			"PyTorch is eager, with its fused Adam; JAX's step is jitted and updates in place. The last line is no " +
			"program: it is what OpenBLAS takes for the eleven matrix products of a step, measured one by one.",
		Metrics:    []paired.Metric{{Name: "step", Unit: "ms"}},
		Contenders: []paired.Contender{b.wideDNN()},
	}
	if b.peers != "" {
		e.Contenders = append(e.Contenders,
			b.widePython("torch", pythonTorch, "wide_torch.py"),
			b.widePython("jax", pythonNumPy, "wide_jax.py"),
			b.wideOpenBLAS())
	}
	return []paired.Experiment{e}
}

// with returns the recipe for a number of threads.
func (r recipe) with(threads int) recipe {
	r.threads = threads
	return r
}
