package report

import (
	"math"
	"testing"
	"unicode/utf8"
)

func TestSparkline(t *testing.T) {
	nan, inf := math.NaN(), math.Inf(1)
	for _, test := range []struct {
		values []float64
		want   string
	}{
		{nil, ""},
		{[]float64{1}, ""},
		{[]float64{8, 1}, "█▁"},
		{[]float64{1, 2, 3, 4, 5, 6, 7, 8}, "▁▂▃▄▅▆▇█"},
		{[]float64{0.37, 0.15, 0.11, 0.08, 0.06, 0.05}, "█▃▂▂▁▁"},
		{[]float64{2, 2, 2}, "▁▁▁"},
		{[]float64{1, nan, 2, inf}, "▁ █ "},
		{[]float64{nan, inf}, "  "},
		{[]float64{-1, 1}, "▁█"},
	} {
		if got := sparkline(test.values); got != test.want {
			t.Errorf("%v: got %q, want %q", test.values, got, test.want)
		}
	}
}

// TestSparklineShowsTheLatest leaves out the first value, 1000: with it, all others would look the same.
func TestSparklineShowsTheLatest(t *testing.T) {
	values := []float64{1000}
	for i := range sparkWidth {
		values = append(values, float64(i))
	}
	got := sparkline(values)
	if n := utf8.RuneCountInString(got); n != sparkWidth {
		t.Errorf("%d bars", n)
	}
	if last, _ := utf8.DecodeLastRuneInString(got); last != '█' {
		t.Errorf("the greatest of the latest is %c", last)
	}
}
