package main

import (
	"context"
	"errors"
	"io"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// script is a contender that gives these figures one after the other, NaN standing for a failure; it notes its runs.
func script(name string, ran *[]string, values ...float64) contender {
	i := 0
	return contender{name, func(context.Context) (figures, error) {
		*ran = append(*ran, name)
		v := values[i]
		i++
		if v != v {
			return nil, errors.New("out of order")
		}
		return figures{"epoch": v}, nil
	}}
}

func nan() float64 { var zero float64; return zero / zero }

func TestMeasureAlternates(t *testing.T) {
	var ran []string
	e := experiment{name: "epoch", metrics: seconds(), contenders: []contender{
		script("a", &ran, 2, 4, 6), script("b", &ran, 1, nan()), script("c", &ran, 8, 8, 60),
	}}
	r := e.measure(t.Context(), 3, io.Discard)
	if want := []string{"a", "b", "c", "a", "b", "c", "a", "c"}; !slices.Equal(ran, want) {
		t.Errorf("ran %v, want %v: in turn, and none again that has failed", ran, want)
	}
	if r.failed["b"] == nil || r.failed["a"] != nil {
		t.Errorf("failed: %v, want b alone", r.failed)
	}
	if got, want := r.values("b", "epoch"), []float64{1}; !slices.Equal(got, want) {
		t.Errorf("values of b: %v, want %v: what it gave before it failed", got, want)
	}
	if got, want := r.ratios("c", "a", "epoch"), []float64{4, 2, 10}; !slices.Equal(got, want) {
		t.Errorf("ratios of c to a: %v, want %v: round by round", got, want)
	}
	if got, want := r.ratios("a", "b", "epoch"), []float64{2}; !slices.Equal(got, want) {
		t.Errorf("ratios of a to b: %v, want %v: only where both were measured", got, want)
	}
}

func TestMeasureStops(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	e := experiment{contenders: []contender{{"a", func(context.Context) (figures, error) {
		cancel()
		return nil, errors.New("killed")
	}}}}
	if r := e.measure(ctx, 3, io.Discard); len(r.rounds) != 1 || len(r.failed) != 0 {
		t.Errorf("%d rounds, failed %v; want one round, and nobody blamed for being stopped", len(r.rounds), r.failed)
	}
}

func TestSteady(t *testing.T) {
	for _, c := range []struct {
		values []float64
		want   float64
	}{
		{[]float64{7}, 7},
		{[]float64{100, 2}, 2},
		{[]float64{100, 3, 1, 2}, 2},
		{[]float64{100, 4, 1, 3, 2}, 2.5},
	} {
		if got := steady(c.values); got != c.want {
			t.Errorf("steady(%v) = %v, want %v", c.values, got, c.want)
		}
	}
}

func TestStepProducts(t *testing.T) {
	want := []product{{5, 7, 3}, {7, 5, 3}, {5, 3, 2}, {3, 5, 2}, {5, 2, 3}}
	if diff := cmp.Diff(want, stepProducts(5, []int{7, 3, 2}), cmp.AllowUnexported(product{})); diff != "" {
		t.Errorf("products of a step (-want +got):\n%s", diff)
	}
}
