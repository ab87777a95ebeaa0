package main

import (
	"fmt"
	"slices"
)

// scenario is some experiments that belong together.
type scenario struct {
	name        string
	does        string // in half a line
	experiments func(b *bench) []experiment
}

// scenarios returns all, in the order in which they run.
func scenarios() []scenario {
	return []scenario{
		{"epoch", "one epoch with validation, beside the peers", epochScenario},
		{"busy", "the same while another process keeps a core busy", busyScenario},
		{"batch", "the same with batches of 32, 1000 and 1, beside JAX", batchScenario},
		{"process", "whole processes: train, eval, summary, download", processScenario},
		{"simd", "the epoch with each instruction set", simdScenario},
		{"gemm", "matrix products beside OpenBLAS", gemmScenario},
		{"wide", "training steps of three layers of 2048, beside PyTorch and JAX", wideScenario},
	}
}

// The names of contenders that targets speak of.
const (
	dnn2     = "dnn, 2 threads"
	dnn1     = "dnn, 1 thread"
	dnnBusy  = "dnn, 2 threads, one core busy"
	dnnTrain = "dnn train"
)

const usualBatch = 100

// seconds is the metric of an epoch.
func seconds() []metric { return []metric{{"epoch", "s"}} }

func epochScenario(b *bench) []experiment {
	r := recipe{batch: usualBatch, epochs: b.effort.epochs}
	return []experiment{{
		name: "epoch", title: "One epoch",
		about: "Seconds for one epoch of 48,000 images and the validation with 12,000, 784-100-50-10, batch 100, Adam: of each " +
			"run the median of its epochs but the first, in which some peers compile. JAX runs the whole epoch as one jitted scan. " +
			"scikit-learn does not validate. PyTorch is faster with one thread than with two here, and has one.",
		metrics: seconds(),
		contenders: slices.Concat(
			[]contender{b.dnnEpochs(dnn2, r.with(2)), b.dnnEpochs(dnn1, r.with(1))},
			b.peerEpochs(r, "jax", "keras-tensorflow", "torch", "sklearn", "gonum")),
	}}
}

func busyScenario(b *bench) []experiment {
	r := recipe{batch: usualBatch, epochs: b.effort.epochs}
	return []experiment{{
		name: "busy", title: "One epoch beside another program",
		about:   "The same epoch with two threads while another process keeps one of the two cores busy, and with one thread on the idle machine.",
		metrics: seconds(),
		contenders: []contender{
			b.dnnEpochs(dnn1, r.with(1)),
			b.besideBusy(dnnBusy, b.dnnEpochs(dnn2, r.with(2))),
		},
	}}
}

func batchScenario(b *bench) []experiment {
	var experiments []experiment
	for _, batch := range []int{32, 1000, 1} {
		r := recipe{batch: batch, epochs: b.effort.epochs}
		if batch == 1 {
			r.epochs = 2 // they are long; the first one still does not count
		}
		experiments = append(experiments, experiment{
			name: fmt.Sprintf("batch/%d", batch), title: fmt.Sprintf("One epoch with batches of %d", batch),
			about:      "The same epoch with another batch size.",
			metrics:    seconds(),
			contenders: append([]contender{b.dnnEpochs(dnn2, r.with(2))}, b.peerEpochs(r, "jax")...),
		})
	}
	return experiments
}

func processScenario(b *bench) []experiment {
	r := recipe{batch: usualBatch, epochs: b.effort.epochs}
	milliseconds := []metric{{"time", "ms"}}
	experiments := []experiment{
		{
			name: "process/train", title: "The whole process",
			about: fmt.Sprintf("From the start of the process to its end: loading the data, %d epochs, the test; dnn also writes the "+
				"model, the history and the curves. The data lie on this machine, in the page cache. Memory is the most that was "+
				"resident at once; of dnn, that includes the pages of the data set's files.", r.epochs),
			metrics:    []metric{{"time", "s"}, {"peak memory", "MiB"}, {"test accuracy", ""}},
			contenders: append([]contender{b.dnnProcess()}, b.peerProcesses(r, "sklearn", "keras-tensorflow")...),
		},
		{
			name: "process/eval", title: "dnn eval model.bin", about: "From the start of the process to its end, 10,000 test images.",
			metrics: milliseconds, contenders: []contender{b.dnnCommand("dnn eval", "eval", b.model(), "--data-dir", b.dataDir)},
		},
		{
			name: "process/summary", title: "dnn summary", about: "From the start of the process to its end.",
			metrics: milliseconds, contenders: []contender{b.dnnCommand("dnn summary", "summary", b.model())},
		},
	}
	if b.originals != "" {
		experiments = append(experiments, experiment{
			name: "process/download", title: "dnn download", about: "All four files from a local file:// mirror, verified and unpacked.",
			metrics: milliseconds, contenders: []contender{b.dnnDownload()},
		})
	}
	return experiments
}

func simdScenario(b *bench) []experiment {
	e := experiment{
		name: "simd", title: "One epoch by instruction set",
		about:   "The epoch of above, two threads, with each set of kernels that this CPU can run (`DNN_SIMD=…`). All give the same bits.",
		metrics: seconds(),
	}
	for _, set := range b.sets {
		r := recipe{threads: 2, batch: usualBatch, epochs: b.effort.epochs, simd: set}
		if set == "generic" {
			r.epochs = 1 // takes long, and compiles nothing in the first one either
		}
		e.contenders = append(e.contenders, b.dnnEpochs("DNN_SIMD="+set, r))
	}
	return []experiment{e}
}

func gemmScenario(b *bench) []experiment {
	e := experiment{
		name: "gemm", title: "Matrix products",
		about: "GFLOP/s of C = A B in float32: n x n matrices, or m x k by k x n. dnn's by BenchmarkSgemm of internal/nn/blas; " +
			"OpenBLAS's through NumPy, less the time that a call takes from Python.",
		contenders: []contender{b.dnnProducts()},
	}
	for _, threads := range gemmThreads() {
		for _, shape := range gemmShapes() {
			e.metrics = append(e.metrics, metric{gemmMetric(shape, threads), "GFLOP/s"})
		}
	}
	if b.peers != "" {
		e.contenders = append(e.contenders, b.blasProducts())
	}
	return []experiment{e}
}

func wideScenario(b *bench) []experiment {
	e := experiment{
		name: "wide", title: "A wide network",
		about: "Milliseconds for a training step of 784-2048-2048-2048-10 with a batch of 512, Adam, two threads. PyTorch is eager, " +
			"with its fused Adam; JAX's step is jitted and updates in place. The last line is no program: it is what OpenBLAS takes " +
			"for the eleven matrix products of a step, measured one by one.",
		metrics:    []metric{{"step", "ms"}},
		contenders: []contender{b.wideDNN()},
	}
	if b.peers != "" {
		e.contenders = append(e.contenders,
			b.widePython("torch", pythonTorch, "wide_torch.py"),
			b.widePython("jax", pythonNumPy, "wide_jax.py"),
			b.wideOpenBLAS())
	}
	return []experiment{e}
}

// with returns the recipe with so many threads.
func (r recipe) with(threads int) recipe {
	r.threads = threads
	return r
}
