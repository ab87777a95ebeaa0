// Package paired compares programs that do the same: it runs them in turn, A B C A B C …, so that whatever else happens
// on the machine happens to all of them, and takes each ratio between two runs of one round. A figure is the median
// over the rounds. It also spells the figures as tables, and judges them by targets.
//
// What the programs are, how they are started and what the figures mean is not known here: a Contender is a function.
package paired

import (
	"context"
	"fmt"
	"io"
)

// Experiment is some programs that do the same, measured in turn.
type Experiment struct {
	Name       string // scenario, or scenario/part
	Title      string
	About      string // what exactly is measured, for a reader of the page
	Metrics    []Metric
	Contenders []Contender // ratios are to the first
}

// Metric is a figure that is measured.
type Metric struct {
	Name string // as targets call it; shown where an experiment has several
	Unit string // empty: a share, such as an accuracy, which is only shown, without a ratio
}

// Contender is a program in an experiment.
type Contender struct {
	Name string
	Run  func(context.Context) (Figures, error)
}

// Figures are what one run gave, by the name of the metric. One that could not be measured is absent.
type Figures map[string]float64

// Result is an experiment and what it gave.
type Result struct {
	Experiment
	Rounds []map[string]Figures // each by the name of the contender
	Failed map[string]error     // the contenders that failed, from then on left out
}

// Measure runs all contenders in turn, rounds times, or until ctx ends.
func (e Experiment) Measure(ctx context.Context, rounds int, progress io.Writer) *Result {
	r := &Result{Experiment: e, Failed: map[string]error{}}
	for i := range rounds {
		round := map[string]Figures{}
		r.Rounds = append(r.Rounds, round)
		for _, c := range e.Contenders {
			if r.Failed[c.Name] != nil {
				continue
			}
			// No result depends on whether this can be written.
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

// Values returns what a contender gave in each round in which it gave something.
func (r *Result) Values(contender, metric string) []float64 {
	var values []float64
	for _, round := range r.Rounds {
		if v, ok := round[contender][metric]; ok {
			values = append(values, v)
		}
	}
	return values
}

// ratios returns subject / reference for each round in which both gave something.
func (r *Result) ratios(subject, reference, metric string) []float64 {
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
