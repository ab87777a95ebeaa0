package report

import (
	"bytes"
	"io"
	"math"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"dnn/internal/fault"
)

// rangeTest returns n points from 1e-6 to 10 of a loss that falls like a logistic curve around middle, with noise, and
// rises from 0.3 on.
func rangeTest(n int, middle, noise float64) []RatePoint {
	rng := rand.New(rand.NewPCG(1, 2))
	points := make([]RatePoint, n)
	for i := range points {
		rate := math.Pow(10, -6+7*float64(i)/float64(n-1))
		loss := 2.3 - 1.9/(1+math.Pow(middle/rate, 1.3)) + noise*rng.NormFloat64()
		if rate > 0.3 {
			loss += 5 * (rate - 0.3)
		}
		points[i] = RatePoint{rate, loss}
	}
	return points
}

// TestSuggestRate: a logistic curve is steepest in its middle.
func TestSuggestRate(t *testing.T) {
	for _, test := range []struct {
		n      int
		middle float64
		noise  float64
		within float64 // factor
	}{
		{100, 0.003, 0, 1.2}, {1000, 0.003, 0, 1.05}, {100, 3e-5, 0, 1.2}, {200, 0.003, 0.05, 2}, {20, 0.01, 0, 1.6},
	} {
		rate, ok := SuggestRate(rangeTest(test.n, test.middle, test.noise))
		if !ok || rate > test.middle*test.within || rate < test.middle/test.within {
			t.Errorf("%+v: got %v, %v", test, rate, ok)
		}
	}
}

// TestSuggestRateBeforeTheLowest: a second fall, after the loss rose, is no place to start from.
func TestSuggestRateBeforeTheLowest(t *testing.T) {
	points := rangeTest(100, 0.003, 0)
	for i := 90; i < 100; i++ {
		points[i].Loss = 100 - 10*float64(i-90)
	}
	if rate, ok := SuggestRate(points); !ok || rate > 0.01 {
		t.Errorf("got %v, %v", rate, ok)
	}
}

func TestSuggestRateStopsAtNaN(t *testing.T) {
	points := rangeTest(100, 0.003, 0)
	want, _ := SuggestRate(points[:80])
	points[80].Loss = math.NaN()
	if got, ok := SuggestRate(points); !ok || got != want {
		t.Errorf("got %v, %v, want %v", got, ok, want)
	}
}

func TestSuggestRateOfNothing(t *testing.T) {
	rising := rangeTest(50, 0.003, 0)
	for i := range rising {
		rising[i].Loss = float64(i)
	}
	for name, points := range map[string][]RatePoint{"none": nil, "four": rangeTest(4, 0.003, 0), "rising": rising} {
		if rate, ok := SuggestRate(points); ok {
			t.Errorf("%s: got %v", name, rate)
		}
	}
}

func TestWriteRangeTest(t *testing.T) {
	p, err := rangeTestPicture(rangeTest(100, 0.003, 0), lightTheme())
	if err != nil {
		t.Fatal(err)
	}
	got := texts(t, p)
	for _, want := range []string{"Learning rate", "Loss", "1e-6", "1e-5", "0.0001", "0.1", "10", "steepest: 0.0029"} {
		if !slices.Contains(got, want) {
			t.Errorf("%q is missing in %q", want, got)
		}
	}
	if !contains(decode(t, p), decode(t, p).Bounds(), lightTheme().training) {
		t.Error("no curve")
	}
}

func TestWriteRangeTestOfOddPoints(t *testing.T) {
	nan := math.NaN()
	for name, points := range map[string][]RatePoint{
		"one":       {{0.1, 2}},
		"constant":  {{0.1, 2}, {0.2, 2}},
		"no number": {{0.1, nan}, {0.2, math.Inf(1)}},
		"at once":   {{0.1, 2}, {0.2, 1e30}},
	} {
		if err := WriteRangeTest(io.Discard, "svg", points); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestWriteRangeTestRefuses(t *testing.T) {
	for name, points := range map[string][]RatePoint{
		"none": nil, "zero": {{0, 1}}, "falling": {{0.2, 1}, {0.1, 1}}, "infinite": {{math.Inf(1), 1}}, "NaN": {{math.NaN(), 1}},
	} {
		if err := WriteRangeTest(io.Discard, "png", points); fault.KindOf(err) != fault.Data {
			t.Errorf("%s: %v", name, err)
		}
	}
	if err := WriteRangeTest(&bytes.Buffer{}, "bmp", rangeTest(9, 0.003, 0)); fault.KindOf(err) != fault.Usage {
		t.Errorf("a plot as bmp: %v", err)
	}
}

func TestRateTicks(t *testing.T) {
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
		for _, tick := range rateTicks(test.lo, test.hi) {
			if tick.Label != "" {
				labels = append(labels, tick.Label)
			}
		}
		if got := strings.Join(labels, " "); got != test.want {
			t.Errorf("%v to %v: got %s, want %s", test.lo, test.hi, got, test.want)
		}
	}
}
