package main

import "dnn/scripts/bench/paired"

// targets returns what this project wants to reach on two cores.
func targets() []paired.Target {
	return append([]paired.Target{
		wanted("epoch", "epoch", dnn2, "jax", paired.AtMost, 1./4),
		wanted("epoch", "epoch", dnn2, "keras-tensorflow", paired.AtMost, 1./20),
		wanted("epoch", "epoch", dnn1, "jax", paired.AtMost, 1./3),
		wanted("busy", "epoch", dnnBusy, dnn1, paired.AtMost, 1.3),
		wanted("batch/32", "epoch", dnn2, "jax", paired.AtMost, 1./4),
		wanted("batch/1000", "epoch", dnn2, "jax", paired.AtMost, 0.22),
		wanted("batch/1", "epoch", dnn2, "jax", paired.AtMost, 1./3),
		wanted("process/train", "time", dnnTrain, "sklearn", paired.AtMost, 1./10),
		wanted("process/train", "time", dnnTrain, "keras-tensorflow", paired.AtMost, 1./25),
		wanted("process/train", "peak memory", dnnTrain, "", paired.AtMost, 110),
		wanted("process/eval", "time", "dnn eval", "", paired.AtMost, 100),
		wanted("process/summary", "time", "dnn summary", "", paired.AtMost, 15),
		wanted("process/download", "time", "dnn download", "", paired.AtMost, 1000),
		wanted("gemm", gemmMetric("1024", 1), dnnGemm, openBLAS, paired.AtLeast, 0.85),
		wanted("gemm", gemmMetric("1024", 2), dnnGemm, openBLAS, paired.AtLeast, 0.85),
		wanted("gemm", gemmMetric("100x784x100", 1), dnnGemm, openBLAS, paired.AtLeast, 0.90),
		wanted("gemm", gemmMetric("100x784x100", 2), dnnGemm, openBLAS, paired.AtLeast, 0.90),
		wanted("gemm", "", dnnGemm, openBLAS, paired.AtLeast, 0.75),
		wanted("wide", "step", dnn2, "torch", paired.Below, 1),
		wanted("wide", "step", dnn2, "jax", paired.AtMost, 0.9),
		wanted("wide", "step", dnn2, openBLASProducts, paired.AtMost, 1/0.75),
	}, kindTargets()...)
}

// wanted returns the target that the metric of the subject, or its ratio to that of the reference, keeps the limit.
func wanted(name, metric, subject, reference string, is paired.Comparison, limit float64) paired.Target {
	return paired.Target{Experiment: name, Metric: metric, Subject: subject, Reference: reference, Is: is, Limit: limit}
}
