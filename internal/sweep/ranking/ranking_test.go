package ranking

import (
	"math"
	"slices"
	"testing"

	"dnn/internal/sweep/folder"
	"dnn/internal/sweep/space"
)

// TestBest: the settings that go on are those with the best means; of equal ones the lower, and never one that diverged
// before one that did not.
func TestBest(t *testing.T) {
	nan := math.NaN()
	for _, c := range []struct {
		maximize bool
		eta      int
		scores   []float64 // of two seeds each
		want     []int
	}{
		{false, 3, []float64{3, 3, 1, 2, 2, 2}, []int{1}},
		{false, 2, []float64{3, 3, 1, 2, 2, 2}, []int{1, 2}},
		{true, 2, []float64{3, 3, 1, 2, 2, 2}, []int{0, 2}},
		{false, 2, []float64{1, 1, 1, 1, 1, 1}, []int{0, 1}},
		{false, 3, []float64{0, nan, 5, 5, nan, 0}, []int{1}},
		{true, 2, []float64{nan, nan, nan, 1, 0, 0}, []int{2, 0}},
		{false, 9, []float64{2, 2, 1, 1}, []int{1}},
	} {
		r := Ranking{&space.Sweep{Seeds: 2, Metric: space.Metric{Name: "loss", Maximize: c.maximize}, Early: &space.Halving{Eta: c.eta}}}
		at := Results{}
		var settings []int
		for i, v := range c.scores {
			metrics := map[string]float64{"loss": v}
			if v != v {
				metrics = nil
			}
			at[i] = folder.Result{Point: i, Setting: i / 2, Metrics: metrics}
			if i%2 == 0 {
				settings = append(settings, i/2)
			}
		}
		if got := r.Best(settings, at); !slices.Equal(got, c.want) {
			t.Errorf("%+v: %v", c, got)
		}
	}
}
