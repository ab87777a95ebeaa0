// Package paired compares programs that do the same. It runs them in turn, A B C A B C …, so that whatever else happens
// on the machine affects all of them alike. A figure is the median over the rounds. A ratio is the median of the ratios
// within the rounds. The package also writes the figures as tables, and compares them with targets.
//
// It does not know what the programs are, how they are started, or what the figures mean: a Contender is a function.
package paired

import (
	"context"
	"fmt"
	"io"
)

// Experiment is a set of programs that do the same, to be measured in turn.
type Experiment struct {
	Name       string // scenario, or scenario/part
	Title      string
	About      string // what exactly is measured, for readers of the page
	Metrics    []Metric
	Contenders []Contender // ratios are to the first
	MostRounds int         // rounds are no more than these, for what takes long; 0: as many as are asked for

	// RowPerMetric says that the table has a row for each metric and a column for each contender, for many metrics of
	// one kind. Else it has a row for each figure.
	RowPerMetric bool
}

// Metric is something that is measured.
type Metric struct {
	Name string // by which targets refer to it; shown if an experiment has several
	Unit string // empty: a fraction such as an accuracy, which has no ratio
	Mean bool   // the figure is the mean over the rounds instead of the median
}

// middle returns the figure that stands for the values of all rounds.
func (m Metric) middle(values []float64) float64 {
	if m.Mean {
		return Mean(values)
	}
	return Median(values)
}

// metric returns the metric of that name.
func (e Experiment) metric(name string) Metric {
	for _, m := range e.Metrics {
		if m.Name == name {
			return m
		}
	}
	return Metric{Name: name}
}

// Contender is a program in an experiment.
type Contender struct {
	Name string
	Run  func(context.Context) (Figures, error)
}

// Figures are the results of one run, by the name of the metric. What could not be measured is absent.
type Figures map[string]float64

// Result is an experiment and its figures.
type Result struct {
	Experiment
	Rounds []map[string]Figures // each by the name of the contender
	Failed map[string]error     // contenders that failed; they do not run again
}

// Measure runs all contenders in turn, for so many rounds or until ctx ends.
func (e Experiment) Measure(ctx context.Context, rounds int, progress io.Writer) *Result {
	rounds = e.rounds(rounds)
	r := &Result{Experiment: e, Failed: map[string]error{}}
	for i := range rounds {
		round := map[string]Figures{}
		r.Rounds = append(r.Rounds, round)
		for _, c := range e.Contenders {
			if r.Failed[c.Name] != nil {
				continue
			}
			// A failure to write does not affect the result.
			_, _ = fmt.Fprintf(progress, "%s, round %d of %d: %s\n", e.Name, i+1, rounds, c.Name)
			got, err := c.Run(ctx)
			if ctx.Err() != nil {
				return r
			}
			if err != nil {
				_, _ = fmt.Fprintf(progress, "%s failed: %v\n", c.Name, err)
				r.Failed[c.Name] = err
				continue
			}
			round[c.Name] = got
		}
	}
	return r
}

// rounds returns how many of the rounds that are asked for the experiment has.
func (e Experiment) rounds(asked int) int {
	if e.MostRounds > 0 {
		return min(asked, e.MostRounds)
	}
	return asked
}

// Values returns the figures of a contender, of all rounds that have one.
func (r *Result) Values(contender, metric string) []float64 {
	var values []float64
	for _, round := range r.Rounds {
		if v, ok := round[contender][metric]; ok {
			values = append(values, v)
		}
	}
	return values
}

// Ratios returns subject / reference, of all rounds that have both.
func (r *Result) Ratios(subject, reference, metric string) []float64 {
	var ratios []float64
	for _, round := range r.Rounds {
		s, ok := round[subject][metric]
		f, also := round[reference][metric]
		if ok && also {
			ratios = append(ratios, s/f)
		}
	}
	return ratios
}
