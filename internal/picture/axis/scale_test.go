package axis_test

import (
	"math"
	"strings"
	"testing"

	"dnn/internal/picture/axis"
)

func TestScale(t *testing.T) {
	nan, inf := math.NaN(), math.Inf(1)
	for name, c := range map[string]struct {
		numbers []float64
		want    axis.Scale
		labels  string
	}{
		"linear":             {[]float64{0.1, 0.5, 0.3}, axis.Scale{Low: 0.1, High: 0.5}, "0.1 0.2 0.3 0.4 0.5"},
		"decades":            {[]float64{1e-4, 1e-3, 1e-2, 1e-1}, axis.Scale{Low: 1e-4, High: 0.1, Log: true}, "0.0001 0.001 0.01 0.1"},
		"many decades":       {[]float64{1e-9, 1e-3, 1e3}, axis.Scale{Low: 1e-9, High: 1e3, Log: true}, "1e-9 1e-6 0.001 1 1000"},
		"uniform from 0":     {[]float64{0.001, 0.4, 0.5, 0.8}, axis.Scale{Low: 0.001, High: 0.8}, "0.2 0.4 0.6 0.8"},
		"a few far above":    {[]float64{0.1, 0.11, 0.12, 90}, axis.Scale{Low: 0.1, High: 90, Log: true}, "0.1 1 10"},
		"with 0":             {[]float64{0, 1e-5, 1}, axis.Scale{Low: 0, High: 1}, "0.0 0.2 0.4 0.6 0.8 1.0"},
		"equal":              {[]float64{3, 3}, axis.Scale{Low: 3, High: 3}, "3"},
		"none":               {nil, axis.Scale{Low: 0, High: 1}, "0.0 0.2 0.4 0.6 0.8 1.0"},
		"no numbers":         {[]float64{nan, inf, -inf}, axis.Scale{Low: 0, High: 1}, "0.0 0.2 0.4 0.6 0.8 1.0"},
		"numbers and others": {[]float64{nan, 2, inf, 1}, axis.Scale{Low: 1, High: 2}, "1.0 1.2 1.4 1.6 1.8 2.0"},
		"next to each other": {[]float64{1e16, 1e16 + 2}, axis.Scale{Low: 1e16, High: 1e16 + 2}, "1e+16 1e+16"},
		"the largest":        {[]float64{-math.MaxFloat64, math.MaxFloat64}, axis.Scale{Low: -math.MaxFloat64, High: math.MaxFloat64}, "-1.798e+308 1.798e+308"},
	} {
		s := axis.NewScale(c.numbers)
		if s != c.want {
			t.Errorf("%s: found %+v, wanted %+v", name, s, c.want)
		}
		var labels []string
		for _, tick := range s.Ticks(5) {
			if tick.Label != "" {
				labels = append(labels, tick.Label)
			}
			if !(tick.Value >= -1e-9 && tick.Value <= 1+1e-9) {
				t.Errorf("%s: the tick %q is at %v", name, tick.Label, tick.Value)
			}
		}
		if got := strings.Join(labels, " "); got != c.labels {
			t.Errorf("%s: ticks %s, wanted %s", name, got, c.labels)
		}
		if s.Low < s.High && (s.At(s.Low) != 0 || s.At(s.High) != 1) {
			t.Errorf("%s: the ends are at %v and %v", name, s.At(s.Low), s.At(s.High))
		}
	}
	if at := (axis.Scale{Low: 1, High: 100, Log: true}).At(10); math.Abs(at-0.5) > 1e-12 {
		t.Errorf("10 between 1 and 100 is at %v, wanted the middle", at)
	}
}

func TestSpread(t *testing.T) {
	low, high := 0.0, 0.0
	for i := range 100 {
		low, high = min(low, axis.Spread(i)), max(high, axis.Spread(i))
	}
	if low < -1 || low > -0.95 || high > 1 || high < 0.95 {
		t.Errorf("from %v to %v, wanted almost -1 to 1", low, high)
	}
}

func TestQuantile(t *testing.T) {
	values := []float64{1, 2, 4, 8}
	for part, want := range map[float64]float64{0: 1, 0.25: 1.75, 0.5: 3, 0.75: 5, 1: 8} { // numpy.quantile
		if got := axis.Quantile(values, part); math.Abs(got-want) > 1e-12 {
			t.Errorf("quantile %v: %v, wanted %v", part, got, want)
		}
	}
}
