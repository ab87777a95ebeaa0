// Package ranking says which settings of a sweep are better than others, by what their points have given. It is told the
// results, and does not look for them.
package ranking

import (
	"cmp"
	"math"
	"slices"

	"dnn/internal/sweep/folder"
	"dnn/internal/sweep/space"
)

// Ranking compares the settings of a sweep by its metric.
type Ranking struct{ Sweep *space.Sweep }

// Results are results of points by their numbers: at their end, or at a rung.
type Results = map[int]folder.Result

// Points returns the points of a setting.
func (r Ranking) Points(setting int) []int {
	all := make([]int, r.Sweep.Seeds)
	for i := range all {
		all[i] = setting*r.Sweep.Seeds + i
	}
	return all
}

// Missing returns the points of some settings that have no result.
func (r Ranking) Missing(settings []int, at Results) (missing []int) {
	for _, setting := range settings {
		for _, n := range r.Points(setting) {
			if _, ok := at[n]; !ok {
				missing = append(missing, n)
			}
		}
	}
	return missing
}

// Score returns the sweep's metric of a result; NaN: it has none.
func (r Ranking) Score(found folder.Result) float64 {
	v, ok := found.Metrics[r.Sweep.Metric.Name]
	if !ok {
		return math.NaN()
	}
	return v
}

// Mean returns the mean of the sweep's metric over those seeds of a setting that have a result.
func (r Ranking) Mean(setting int, at Results) float64 {
	sum, count := 0.0, 0
	for _, n := range r.Points(setting) {
		if found, ok := at[n]; ok {
			sum += r.Score(found)
			count++
		}
	}
	return sum / float64(count)
}

// Order returns the settings in the order of their means over the seeds, the best first, of equal ones the lower number.
func (r Ranking) Order(settings []int, at Results) []int {
	score := map[int]float64{}
	for _, setting := range settings {
		score[setting] = r.Mean(setting, at)
	}
	order := slices.Clone(settings)
	slices.SortFunc(order, func(a, b int) int {
		switch {
		case r.Sweep.Metric.Better(score[a], score[b]):
			return -1
		case r.Sweep.Metric.Better(score[b], score[a]):
			return 1
		}
		return cmp.Compare(a, b)
	})
	return order
}

// Best returns those of the settings that go on from a rung: of so many (eta), one, rounded up, the best.
func (r Ranking) Best(settings []int, at Results) []int {
	eta := r.Sweep.Early.Eta
	return r.Order(settings, at)[:(len(settings)+eta-1)/eta]
}
