package paired

import (
	"context"
	"errors"
	"io"
	"slices"
	"testing"
)

// script returns a contender that gives these figures one after another; NaN stands for a failure. It records its runs.
func script(name string, ran *[]string, values ...float64) Contender {
	i := 0
	return Contender{name, func(context.Context) (Figures, error) {
		*ran = append(*ran, name)
		v := values[i]
		i++
		if v != v {
			return nil, errors.New("out of order")
		}
		return Figures{"epoch": v}, nil
	}}
}

func nan() float64 { var zero float64; return zero / zero }

func TestMeasureAlternates(t *testing.T) {
	var ran []string
	e := Experiment{Name: "epoch", Metrics: []Metric{{Name: "epoch", Unit: "s"}}, Contenders: []Contender{
		script("a", &ran, 2, 4, 6), script("b", &ran, 1, nan()), script("c", &ran, 8, 8, 60),
	}}
	r := e.Measure(t.Context(), 3, io.Discard)
	if want := []string{"a", "b", "c", "a", "b", "c", "a", "c"}; !slices.Equal(ran, want) {
		t.Errorf("ran %v, want %v: in turn, and none again that has failed", ran, want)
	}
	if r.Failed["b"] == nil || r.Failed["a"] != nil {
		t.Errorf("failed: %v, want b alone", r.Failed)
	}
	if got, want := r.Values("b", "epoch"), []float64{1}; !slices.Equal(got, want) {
		t.Errorf("values of b: %v, want %v: what it gave before it failed", got, want)
	}
	if got, want := r.Ratios("c", "a", "epoch"), []float64{4, 2, 10}; !slices.Equal(got, want) {
		t.Errorf("ratios of c to a: %v, want %v: round by round", got, want)
	}
	if got, want := r.Ratios("a", "b", "epoch"), []float64{2}; !slices.Equal(got, want) {
		t.Errorf("ratios of a to b: %v, want %v: only where both were measured", got, want)
	}
}

func TestMeasureStops(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	e := Experiment{Contenders: []Contender{{"a", func(context.Context) (Figures, error) {
		cancel()
		return nil, errors.New("killed")
	}}}}
	if r := e.Measure(ctx, 3, io.Discard); len(r.Rounds) != 1 || len(r.Failed) != 0 {
		t.Errorf("%d rounds, failed %v; want one round, and nobody blamed for being stopped", len(r.Rounds), r.Failed)
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
		if got := Steady(c.values); got != c.want {
			t.Errorf("steady(%v) = %v, want %v", c.values, got, c.want)
		}
	}
}
