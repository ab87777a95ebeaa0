package axis_test

import (
	"strings"
	"testing"

	"gonum.org/v1/plot"

	"dnn/internal/picture/axis"
)

func TestTicks(t *testing.T) {
	for _, test := range []struct {
		ticks  func(lo, hi float64) []plot.Tick
		lo, hi float64
		want   string
	}{
		{axis.Integers, 0.5, 1.5, "1"},
		{axis.Integers, 1, 2, "1 2"},
		{axis.Integers, 1, 10, "1 2 3 4 5 6 7 8 9 10"},
		{axis.Integers, 1, 20, "5 10 15 20"},
		{axis.Integers, 1, 500, "100 200 300 400 500"},
		{axis.Integers, 11, 14, "11 12 13 14"},
		{axis.Decimals, 0, 1, "0.0 0.2 0.4 0.6 0.8 1.0"},
		{axis.Decimals, 0.88, 1, "0.88 0.90 0.92 0.94 0.96 0.98 1.00"},
		{axis.Decimals, -0.1, 0.1, "-0.10 -0.05 0.00 0.05 0.10"},
		{axis.Decimals, 0, 2.5, "0.0 0.5 1.0 1.5 2.0 2.5"},
		{axis.Decimals, 0, 30, "0 5 10 15 20 25 30"},
		{axis.Decimals, 0, 1e8, "0 2e+07 4e+07 6e+07 8e+07 1e+08"},
	} {
		var labels []string
		for _, tick := range test.ticks(test.lo, test.hi) {
			labels = append(labels, tick.Label)
		}
		if got := strings.Join(labels, " "); got != test.want {
			t.Errorf("%v to %v: got %s, want %s", test.lo, test.hi, got, test.want)
		}
	}
}

func TestPowers(t *testing.T) {
	for _, test := range []struct {
		lo, hi float64
		want   string
	}{
		{1e-6, 1, "1e-6 1e-5 0.0001 0.001 0.01 0.1 1"},
		{1e-3, 1e-2, "0.001 0.002 0.005 0.01"},
		{0.3, 4, "0.5 1 2"},
		{100, 1e5, "100 1000 1e4 1e5"},
	} {
		var labels []string
		for _, tick := range axis.Powers(test.lo, test.hi) {
			if tick.Label != "" {
				labels = append(labels, tick.Label)
			}
		}
		if got := strings.Join(labels, " "); got != test.want {
			t.Errorf("%v to %v: got %s, want %s", test.lo, test.hi, got, test.want)
		}
	}
}
