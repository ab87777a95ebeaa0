package paired

import (
	"fmt"
	"slices"
)

// Target is a figure that is wanted: a contender's median, or its ratio to another's.
type Target struct {
	Experiment string
	Metric     string // empty: each one of the experiment
	Subject    string
	Reference  string // empty: the subject's figure itself
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

// Verdict is a target and what was measured for it.
type Verdict struct {
	Target
	what     string // in words
	value    float64
	measured bool // there is a value
	partly   bool // some of the metrics that the target is about have none
}

// Judge returns the verdicts on the targets that compare contenders of this result's experiment.
func (r *Result) Judge(targets []Target) []Verdict {
	took := func(name string) bool {
		return name == "" || slices.ContainsFunc(r.Contenders, func(c Contender) bool { return c.Name == name })
	}
	var verdicts []Verdict
	for _, t := range targets {
		if t.Experiment != r.Name || !took(t.Subject) || !took(t.Reference) {
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

// judgeOne returns the verdict on one target: of several metrics, that of the one that is worst.
func (r *Result) judgeOne(t Target, metrics []string) Verdict {
	v := Verdict{Target: t, what: r.Name}
	if t.Metric == "" {
		v.what += ", the worst of all"
	} else if len(r.Metrics) > 1 {
		v.what += ", " + t.Metric
	}
	v.what += ": " + t.Subject
	if t.Reference != "" {
		v.what += " / " + t.Reference
	}
	for _, m := range metrics {
		values := r.Values(t.Subject, m)
		if t.Reference != "" {
			values = r.ratios(t.Subject, t.Reference, m)
		}
		if len(values) == 0 {
			v.partly = true
			continue
		}
		value := Median(values)
		worse := value > v.value
		if t.Is == AtLeast {
			worse = value < v.value
		}
		if !v.measured || worse {
			v.value, v.measured = value, true
		}
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
	value, outcome := Digits(v.value), "PASS"
	switch {
	case !v.measured:
		value, outcome = "-", "not measured"
	case !v.passed():
		outcome = "FAIL"
	case v.partly:
		outcome = "not all measured"
	}
	return []string{v.what, value, fmt.Sprintf("%s %s", v.Is, Digits(v.Limit)), outcome}
}
