package picture

import (
	"bytes"
	"fmt"
	"io"
	"math"
	"strings"
	"testing"

	"dnn/internal/fault"
)

// sweepOf returns a sweep of a rate and of layers with these metrics; early says which points were stopped.
func sweepOf(metrics []float64, early ...int) Sweep {
	s := Sweep{Metric: "val_loss", Axes: []SweepAxis{
		{Key: "optimizer.learning_rate"}, {Key: "layers", Categories: []string{"[10]", "[300, 100]"}},
	}}
	for i, m := range metrics {
		s.Points = append(s.Points, SweepPoint{Values: []float64{math.Pow(10, float64(-i)), float64(i % 2)}, Metric: m})
	}
	for _, i := range early {
		s.Points[i].Early = true
	}
	return s
}

func TestWriteSweep(t *testing.T) {
	nan := math.NaN()
	s := sweepOf([]float64{0.3, nan, 0.2, 0.1, 0.5, 0.4}, 3)
	head := []string{"the best, 0.2", "1 of 6 points were stopped early", "1 of 6 points have no val_loss"}
	axes := []string{"optimizer.learning_rate", "layers", "[10]", "[300, 100]", "0.001", "0.2", "0.4"}
	for name, c := range map[string]struct {
		write func(w io.Writer) error
		want  []string
	}{
		"parameters": {func(w io.Writer) error { return WriteSweepParameters(w, "svg", s) }, append(head, axes...)},
		"parallel":   {func(w io.Writer) error { return WriteSweepParallel(w, "svg", s) }, append(append(head, axes...), "val_loss")},
		"seeds": {func(w io.Writer) error {
			return WriteSweepSeeds(w, "svg", "val_loss", []SweepSetting{
				{Name: "setting 3", Values: "layers [10]", Runs: []float64{0.1, 0.2, 0.3}},
				{Name: "setting 5", Values: strings.Repeat("layers [300, 100], ", 9), Runs: []float64{0.5}},
			})
		}, []string{"setting 3", "layers [10]", "0.2000 +- 0.2484", "0.5000", "val_loss"}},
	} {
		var first, second bytes.Buffer
		for _, b := range []*bytes.Buffer{&first, &second} {
			if err := c.write(b); err != nil {
				t.Fatal(name, err)
			}
		}
		if !bytes.Equal(first.Bytes(), second.Bytes()) {
			t.Errorf("%s: the same sweep gave two pictures", name)
		}
		for _, want := range c.want {
			if !bytes.Contains(first.Bytes(), []byte(">"+want+"<")) {
				t.Errorf("%s: %q is missing", name, want)
			}
		}
	}
}

// TestBestOfSweep: the best point is one that was trained to its end, and of equal ones the first.
func TestBestOfSweep(t *testing.T) {
	nan, inf := math.NaN(), math.Inf(-1)
	for name, c := range map[string]struct {
		sweep    Sweep
		maximize bool
		want     int
	}{
		"least":         {sweepOf([]float64{0.3, 0.1, 0.2}), false, 1},
		"greatest":      {sweepOf([]float64{0.3, 0.1, 0.2}), true, 0},
		"stopped":       {sweepOf([]float64{0.3, 0.1, 0.2}, 1), false, 2},
		"equal":         {sweepOf([]float64{nan, 0.1, 0.1}), false, 1},
		"equal, max":    {sweepOf([]float64{0.1, 0.1, nan}), true, 0},
		"not a number":  {sweepOf([]float64{nan, inf}), false, -1},
		"all stopped":   {sweepOf([]float64{1, 2}, 0, 1), false, -1},
		"after a first": {sweepOf([]float64{inf, 2, 1}), false, 2},
	} {
		c.sweep.Maximize = c.maximize
		if got := c.sweep.best(); got != c.want {
			t.Errorf("%s: found %d, wanted %d", name, got, c.want)
		}
	}
}

// TestWriteOddSweeps: whatever the values are, there is a picture of bounded size.
func TestWriteOddSweeps(t *testing.T) {
	nan, inf := math.NaN(), math.Inf(1)
	many := sweepOf(make([]float64, 3000))
	for i := range many.Points {
		many.Points[i].Metric, many.Points[i].Values[0] = float64(i%7), float64(i%5)
	}
	long := sweepOf([]float64{1, 2, 3})
	for i := range 60 {
		long.Axes[1].Categories = append(long.Axes[1].Categories, strings.Repeat("x", i*4))
	}
	long.Axes[0].Key = strings.Repeat("very.long.", 30)
	wide := Sweep{Metric: "loss", Points: []SweepPoint{{Metric: 1}, {Metric: 2}}}
	for i := range 30 {
		wide.Axes = append(wide.Axes, SweepAxis{Key: fmt.Sprint("key", i)})
		for k := range wide.Points {
			wide.Points[k].Values = append(wide.Points[k].Values, float64(i*k))
		}
	}
	gap := sweepOf([]float64{1, 2})
	gap.Points[0].Values[0], gap.Points[1].Values[1] = nan, nan
	for name, s := range map[string]Sweep{
		"one":      sweepOf([]float64{1}),
		"none":     sweepOf([]float64{nan, inf}),
		"equal":    sweepOf([]float64{2, 2, 2}),
		"extremes": sweepOf([]float64{math.MaxFloat64, -math.MaxFloat64, 5e-324}),
		"many":     many, "long": long, "wide": wide, "gap": gap,
	} {
		for format, most := range map[string]int{"png": 2e6, "svg": 3e6} {
			for what, write := range map[string]func(io.Writer, string, Sweep) error{
				"parameters": WriteSweepParameters, "parallel": WriteSweepParallel,
			} {
				var b bytes.Buffer
				if err := write(&b, format, s); err != nil || b.Len() > most {
					t.Errorf("%s of %s as %s: %d bytes, %v", what, name, format, b.Len(), err)
				}
			}
		}
	}
	odd := []SweepSetting{{Runs: []float64{nan, inf}}, {}, {Runs: []float64{1, 1}}, {Name: strings.Repeat("n", 999), Runs: []float64{-1}}}
	if err := WriteSweepSeeds(io.Discard, "png", "loss", odd); err != nil {
		t.Error(err)
	}
}

func TestWriteSweepRefuses(t *testing.T) {
	keyless := sweepOf([]float64{1})
	keyless.Axes = nil
	for name, s := range map[string]Sweep{"no point": sweepOf(nil), "no parameter": keyless} {
		if err := WriteSweepParameters(io.Discard, "png", s); fault.KindOf(err) != fault.Data {
			t.Errorf("%s: %v", name, err)
		}
		if err := WriteSweepParallel(io.Discard, "png", s); fault.KindOf(err) != fault.Data {
			t.Errorf("%s: %v", name, err)
		}
	}
	if err := WriteSweepSeeds(io.Discard, "png", "loss", nil); fault.KindOf(err) != fault.Data {
		t.Errorf("no settings: %v", err)
	}
}

func TestShortenKey(t *testing.T) {
	style := textStyle(10, rgb(0), 0, 0)
	for width, want := range map[float64]string{1000: "optimizer.learning_rate", 94: "…learning_rate", 1: "…"} {
		if got := shortenKey("optimizer.learning_rate", style, width); got != want {
			t.Errorf("in %v pixels: %q, wanted %q", width, got, want)
		}
	}
}
