package main

import (
	"context"
	"fmt"
	"io"
)

// experiment is some programs that do the same, measured in turn.
type experiment struct {
	name       string // scenario, or scenario/part
	title      string
	about      string // what exactly is measured, for a reader of the page
	metrics    []metric
	contenders []contender // ratios are to the first
}

// metric is a figure that is measured.
type metric struct {
	name string // as targets call it; shown where an experiment has several
	unit string // empty: a share, such as an accuracy, which is only shown, without a ratio
}

// contender is a program in an experiment.
type contender struct {
	name string
	run  func(context.Context) (figures, error)
}

// figures are what one run gave, by the name of the metric. One that could not be measured is absent.
type figures map[string]float64

// result is an experiment and what it gave.
type result struct {
	experiment
	rounds []map[string]figures // each by the name of the contender
	failed map[string]error     // the contenders that failed, from then on left out
}

// measure runs all contenders in turn, rounds times, or until ctx ends.
func (e experiment) measure(ctx context.Context, rounds int, progress io.Writer) *result {
	r := &result{experiment: e, failed: map[string]error{}}
	for i := range rounds {
		round := map[string]figures{}
		r.rounds = append(r.rounds, round)
		for _, c := range e.contenders {
			if r.failed[c.name] != nil {
				continue
			}
			_, _ = fmt.Fprintf(progress, "%s, round %d of %d: %s\n", e.name, i+1, rounds, c.name) // no result depends on it
			got, err := c.run(ctx)
			if ctx.Err() != nil {
				return r
			}
			if err != nil {
				_, _ = fmt.Fprintf(progress, "%s failed: %v\n", c.name, err)
				r.failed[c.name] = err
				continue
			}
			round[c.name] = got
		}
	}
	return r
}

// values returns what a contender gave in each round in which it gave something.
func (r *result) values(contender, metric string) []float64 {
	var values []float64
	for _, round := range r.rounds {
		if v, ok := round[contender][metric]; ok {
			values = append(values, v)
		}
	}
	return values
}

// ratios returns subject / reference for each round in which both gave something.
func (r *result) ratios(subject, reference, metric string) []float64 {
	var ratios []float64
	for _, round := range r.rounds {
		s, ok := round[subject][metric]
		f, also := round[reference][metric]
		if ok && also {
			ratios = append(ratios, s/f)
		}
	}
	return ratios
}
