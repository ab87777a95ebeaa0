package main

import (
	"fmt"
	"slices"
)

// target is a figure that this project wants to reach on two cores: a contender's median, or its ratio to another's.
type target struct {
	experiment string
	metric     string // empty: each one of the experiment
	subject    string
	reference  string // empty: the subject's figure itself
	is         comparison
	limit      float64
}

type comparison string

const (
	atMost  comparison = "≤"
	atLeast comparison = "≥"
	below   comparison = "<"
)

func targets() []target {
	return []target{
		{"epoch", "epoch", dnn2, "jax", atMost, 1. / 4},
		{"epoch", "epoch", dnn2, "keras-tensorflow", atMost, 1. / 20},
		{"epoch", "epoch", dnn1, "jax", atMost, 1. / 3},
		{"busy", "epoch", dnnBusy, dnn1, atMost, 1.3},
		{"batch/32", "epoch", dnn2, "jax", atMost, 1. / 4},
		{"batch/1000", "epoch", dnn2, "jax", atMost, 1. / 3},
		{"batch/1", "epoch", dnn2, "jax", atMost, 1. / 3},
		{"process/train", "time", dnnTrain, "sklearn", atMost, 1. / 10},
		{"process/train", "time", dnnTrain, "keras-tensorflow", atMost, 1. / 25},
		{"process/train", "peak memory", dnnTrain, "", atMost, 110},
		{"process/eval", "time", "dnn eval", "", atMost, 100},
		{"process/summary", "time", "dnn summary", "", atMost, 15},
		{"process/download", "time", "dnn download", "", atMost, 1000},
		{"gemm", gemmMetric("1024", 1), dnnGemm, openBLAS, atLeast, 0.85},
		{"gemm", gemmMetric("1024", 2), dnnGemm, openBLAS, atLeast, 0.85},
		{"gemm", gemmMetric("100x784x100", 1), dnnGemm, openBLAS, atLeast, 0.90},
		{"gemm", gemmMetric("100x784x100", 2), dnnGemm, openBLAS, atLeast, 0.90},
		{"gemm", "", dnnGemm, openBLAS, atLeast, 0.75},
		{"wide", "step", dnn2, "torch", below, 1},
		{"wide", "step", dnn2, "jax", below, 1},
		{"wide", "step", dnn2, openBLASProducts, atMost, 1 / 0.75},
	}
}

// verdict is a target and what was measured for it.
type verdict struct {
	target
	what     string // in words
	value    float64
	measured bool // there is a value
	partly   bool // some of the metrics that the target is about have none
}

// judge returns the verdicts on the targets that compare contenders of this result's experiment.
func (r *result) judge(targets []target) []verdict {
	took := func(name string) bool {
		return name == "" || slices.ContainsFunc(r.contenders, func(c contender) bool { return c.name == name })
	}
	var verdicts []verdict
	for _, t := range targets {
		if t.experiment != r.name || !took(t.subject) || !took(t.reference) {
			continue
		}
		metrics := []string{t.metric}
		if t.metric == "" {
			metrics = nil
			for _, m := range r.metrics {
				metrics = append(metrics, m.name)
			}
		}
		verdicts = append(verdicts, r.judgeOne(t, metrics))
	}
	return verdicts
}

// judgeOne returns the verdict on one target: of several metrics, that of the one that is worst.
func (r *result) judgeOne(t target, metrics []string) verdict {
	v := verdict{target: t, what: r.name}
	if t.metric == "" {
		v.what += ", the worst of all"
	} else if len(r.metrics) > 1 {
		v.what += ", " + t.metric
	}
	v.what += ": " + t.subject
	if t.reference != "" {
		v.what += " / " + t.reference
	}
	for _, m := range metrics {
		values := r.values(t.subject, m)
		if t.reference != "" {
			values = r.ratios(t.subject, t.reference, m)
		}
		if len(values) == 0 {
			v.partly = true
			continue
		}
		value := median(values)
		worse := value > v.value
		if t.is == atLeast {
			worse = value < v.value
		}
		if !v.measured || worse {
			v.value, v.measured = value, true
		}
	}
	return v
}

// passed reports whether the target is reached.
func (v verdict) passed() bool {
	switch v.is {
	case atMost:
		return v.value <= v.limit
	case atLeast:
		return v.value >= v.limit
	default:
		return v.value < v.limit
	}
}

// row returns the verdict as a row of a table.
func (v verdict) row() []string {
	value, outcome := digits(v.value), "PASS"
	switch {
	case !v.measured:
		value, outcome = "-", "not measured"
	case !v.passed():
		outcome = "FAIL"
	case v.partly:
		outcome = "not all measured"
	}
	return []string{v.what, value, fmt.Sprintf("%s %s", v.is, digits(v.limit)), outcome}
}
