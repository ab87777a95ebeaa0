package picture

import (
	"bytes"
	"io"
	"math"
	"slices"
	"strings"
	"testing"

	"dnn/internal/fault"
	"dnn/internal/train"
)

// rangeTest returns 100 points from 1e-6 to 10 of a loss that falls like a logistic curve, and rises from 0.3 on.
func rangeTest() []train.LRPoint {
	points := make([]train.LRPoint, 100)
	for i := range points {
		rate := math.Pow(10, -6+7*float64(i)/99)
		points[i] = train.LRPoint{Rate: rate, Smoothed: 2.3 - 1.9/(1+math.Pow(0.003/rate, 1.3)) + 5*max(0, rate-0.3)}
	}
	return points
}

func TestWriteRangeTest(t *testing.T) {
	p, err := rangeTestDrawing(rangeTest(), 0.00294, Light())
	if err != nil {
		t.Fatal(err)
	}
	got := texts(t, p)
	for _, want := range []string{"Learning rate", "Loss", "1e-6", "1e-5", "0.0001", "0.1", "10", "steepest: 0.0029"} {
		if !slices.Contains(got, want) {
			t.Errorf("%q is missing in %q", want, got)
		}
	}
	unmarked, err := rangeTestDrawing(rangeTest(), 0, Light())
	if err != nil {
		t.Fatal(err)
	}
	if got := texts(t, unmarked); slices.ContainsFunc(got,
		func(s string) bool { return strings.HasPrefix(s, "steepest") }) {
		t.Errorf("a rate is marked where none is suggested: %q", got)
	}
	if !contains(decode(t, p), decode(t, p).Bounds(), Light().training) {
		t.Error("no curve")
	}
}

func TestWriteRangeTestOfOddPoints(t *testing.T) {
	nan := math.NaN()
	for name, points := range map[string][]train.LRPoint{
		"one":       {{Rate: 0.1, Smoothed: 2}},
		"constant":  {{Rate: 0.1, Smoothed: 2}, {Rate: 0.2, Smoothed: 2}},
		"no number": {{Rate: 0.1, Smoothed: nan}, {Rate: 0.2, Smoothed: math.Inf(1)}},
		"at once":   {{Rate: 0.1, Smoothed: 2}, {Rate: 0.2, Smoothed: 1e30}},
	} {
		if err := WriteRangeTest(io.Discard, "svg", points, 0); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestWriteRangeTestRefuses(t *testing.T) {
	for name, points := range map[string][]train.LRPoint{
		"none": nil, "zero": {{Rate: 0, Smoothed: 1}}, "falling": {{Rate: 0.2, Smoothed: 1}, {Rate: 0.1, Smoothed: 1}},
		"infinite": {{Rate: math.Inf(1), Smoothed: 1}}, "NaN": {{Rate: math.NaN(), Smoothed: 1}},
	} {
		if err := WriteRangeTest(io.Discard, "png", points, 0); fault.KindOf(err) != fault.Data {
			t.Errorf("%s: %v", name, err)
		}
	}
	if err := WriteRangeTest(&bytes.Buffer{}, "bmp", rangeTest(), 0); fault.KindOf(err) != fault.Usage {
		t.Errorf("a plot as bmp: %v", err)
	}
}
