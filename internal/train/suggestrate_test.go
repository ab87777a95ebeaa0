package train

import (
	"math"
	"math/rand/v2"
	"testing"
)

// rangeTest returns n points with rates from 1e-6 to 10. The loss falls like a logistic curve around middle, with
// noise, and rises from a rate of 0.3 on.
func rangeTest(n int, middle, noise float64) []LRPoint {
	rng := rand.New(rand.NewPCG(1, 2))
	points := make([]LRPoint, n)
	for i := range points {
		rate := math.Pow(10, -6+7*float64(i)/float64(n-1))
		loss := 2.3 - 1.9/(1+math.Pow(middle/rate, 1.3)) + noise*rng.NormFloat64()
		if rate > 0.3 {
			loss += 5 * (rate - 0.3)
		}
		points[i] = LRPoint{Rate: rate, Smoothed: loss}
	}
	return points
}

// A logistic curve is steepest in its middle.
func TestSuggestRate(t *testing.T) {
	for _, test := range []struct {
		n      int
		middle float64
		noise  float64
		within float64 // the factor by which the rate may be off
	}{
		{100, 0.003, 0, 1.2}, {1000, 0.003, 0, 1.05}, {100, 3e-5, 0, 1.2}, {200, 0.003, 0.05, 2}, {20, 0.01, 0, 1.6},
	} {
		rate, ok := SuggestRate(rangeTest(test.n, test.middle, test.noise))
		if !ok || rate > test.middle*test.within || rate < test.middle/test.within {
			t.Errorf("wanted %+v, found %v, %v", test, rate, ok)
		}
	}
}

// A second fall, after the loss has risen, is not suggested.
func TestSuggestRateBeforeTheLowest(t *testing.T) {
	points := rangeTest(100, 0.003, 0)
	for i := 90; i < 100; i++ {
		points[i].Smoothed = 100 - 10*float64(i-90)
	}
	if rate, ok := SuggestRate(points); !ok || rate > 0.01 {
		t.Errorf("wanted a rate up to 0.01, found %v, %v", rate, ok)
	}
}

func TestSuggestRateStopsAtNaN(t *testing.T) {
	points := rangeTest(100, 0.003, 0)
	want, _ := SuggestRate(points[:80])
	points[80].Smoothed = math.NaN()
	if got, ok := SuggestRate(points); !ok || got != want {
		t.Errorf("wanted %v, found %v, %v", want, got, ok)
	}
}

func TestSuggestRateOfNothing(t *testing.T) {
	rising := rangeTest(50, 0.003, 0)
	for i := range rising {
		rising[i].Smoothed = float64(i)
	}
	for name, points := range map[string][]LRPoint{"none": nil, "four": rangeTest(4, 0.003, 0), "rising": rising} {
		if rate, ok := SuggestRate(points); ok {
			t.Errorf("%s: wanted no rate, found %v", name, rate)
		}
	}
}
