package train

import (
	"math"

	"dnn/internal/exact"
)

// SuggestRate returns the learning rate at which the loss of a range test falls most steeply over the logarithm of the
// rate, among the rates before the lowest loss: a rate to start from, after Smith, "Cyclical Learning Rates for
// Training Neural Networks" (arXiv:1506.01186), section 3.3. The slope at a point is that of a line fitted by least
// squares to the points around it, a twelfth of all points on each side, so that the noise of single batches averages
// out.
//
// The points must be in ascending order of their rates, which are positive. SuggestRate returns false if there are
// fewer than 5 finite losses or if the loss falls nowhere.
func SuggestRate(points []LRPoint) (rate float64, ok bool) {
	var finite []LRPoint
	for _, p := range points {
		if math.IsNaN(p.Smoothed) || math.IsInf(p.Smoothed, 0) {
			break // losses after divergence mean nothing
		}
		finite = append(finite, p)
	}
	if len(finite) < 5 {
		return 0, false
	}
	reach := max(1, len(finite)/12)
	end := lowestAround(finite, reach)
	steepest := 0.0
	for i := reach; i <= end && i+reach < len(finite); i++ {
		if s := slope(finite[i-reach : i+reach+1]); s < steepest {
			steepest, rate, ok = s, finite[i].Rate, true
		}
	}
	return rate, ok
}

// lowestAround returns the index of the point with the lowest moving average of the loss, over reach points on each
// side.
func lowestAround(points []LRPoint, reach int) int {
	best, lowest := 0, math.Inf(1)
	for i := reach; i+reach < len(points); i++ {
		sum := 0.0
		for _, p := range points[i-reach : i+reach+1] {
			sum += p.Smoothed
		}
		if sum < lowest {
			best, lowest = i, sum
		}
	}
	return best
}

// slope fits the line a + b log(rate) to the losses by least squares and returns b:
//
//	b = Σ (x - mean x) (loss - mean loss) / Σ (x - mean x)²
//
// with x = log(rate). It returns 0 if all rates are equal.
func slope(points []LRPoint) float64 {
	xs := make([]float64, len(points))
	var meanX, meanY float64
	for i, p := range points {
		xs[i] = float64(exact.Log(p.Rate))
		meanX += xs[i] / float64(len(points))
		meanY += p.Smoothed / float64(len(points))
	}
	var xy, xx float64
	for i, p := range points {
		xy += float64((xs[i] - meanX) * (p.Smoothed - meanY))
		xx += float64((xs[i] - meanX) * (xs[i] - meanX))
	}
	if xx == 0 {
		return 0
	}
	return xy / xx
}
