package paired

import (
	"fmt"
	"slices"
)

// Target is a limit for a contender's median, or for its ratio to that of a reference.
type Target struct {
	Experiment string
	Metric     string // empty: all metrics of the experiment
	Subject    string
	Reference  string // empty: the limit is for the subject's own median
	Is         Comparison
	Limit      float64
}

// Comparison says on which side of its limit a target wants a figure.
type Comparison string

// The comparisons of a Target.
const (
	AtMost  Comparison = "≤"
	AtLeast Comparison = "≥"
	Below   Comparison = "<"
)

// Verdict is a target and what was measured.
type Verdict struct {
	Target
	what     string // the target in words
	format   func(float64) string
	value    float64
	measured bool // there is a value
	partly   bool // some metrics of the target were not measured
}

// Judge returns the verdicts on the targets of this experiment whose contenders it has.
func (r *Result) Judge(targets []Target) []Verdict {
	has := func(name string) bool {
		return name == "" || slices.ContainsFunc(r.Contenders, func(c Contender) bool { return c.Name == name })
	}
	var verdicts []Verdict
	for _, t := range targets {
		if t.Experiment != r.Name || !has(t.Subject) || !has(t.Reference) {
			continue
		}
		metrics := []string{t.Metric}
		if t.Metric == "" {
			metrics = nil
			for _, m := range r.Metrics {
				metrics = append(metrics, m.Name)
			}
		}
		verdicts = append(verdicts, r.judgeOne(t, metrics))
	}
	return verdicts
}

// judgeOne returns the verdict on one target. Of several metrics, the worst counts.
func (r *Result) judgeOne(t Target, metrics []string) Verdict {
	v, worst := Verdict{Target: t, format: Digits}, ""
	for _, m := range metrics {
		values, metric := r.Values(t.Subject, m), r.metric(m)
		if t.Reference != "" {
			values, metric.Mean = r.Ratios(t.Subject, t.Reference, m), false
		} else {
			v.format = metric.format
		}
		if len(values) == 0 {
			v.partly = true
			continue
		}
		value := metric.middle(values)
		worse := value > v.value
		if t.Is == AtLeast {
			worse = value < v.value
		}
		if !v.measured || worse {
			v.value, v.measured, worst = value, true, m
		}
	}
	v.what = r.Name
	switch {
	case t.Metric != "" && len(r.Metrics) > 1:
		v.what += ", " + t.Metric
	case t.Metric == "" && v.measured:
		v.what += ", the worst of all (" + worst + ")"
	case t.Metric == "":
		v.what += ", the worst of all"
	}
	v.what += ": " + t.Subject
	if t.Reference != "" {
		v.what += " / " + t.Reference
	}
	return v
}

// passed reports whether the target is reached.
func (v Verdict) passed() bool {
	switch v.Is {
	case AtMost:
		return v.value <= v.Limit
	case AtLeast:
		return v.value >= v.Limit
	case Below:
		return v.value < v.Limit
	}
	panic("paired: no comparison is called " + string(v.Is))
}

// Row returns the verdict as a row of a table.
func (v Verdict) Row() []string {
	value, outcome := v.format(v.value), "PASS"
	switch {
	case !v.measured:
		value, outcome = "-", "not measured"
	case !v.passed():
		outcome = "FAIL"
	case v.partly:
		outcome = "not all measured"
	}
	return []string{v.what, value, fmt.Sprintf("%s %s", v.Is, v.format(v.Limit)), outcome}
}
