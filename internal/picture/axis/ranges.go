package axis

import "math"

// LossRange returns the range of the axis for losses from lo to hi. It begins at 0 and has room at the top.
func LossRange(lo, hi float64) (float64, float64) {
	if math.IsInf(lo, 0) || math.IsInf(hi, 0) { // no finite value
		return 0, 1
	}
	if hi <= 0 {
		hi = 1
	}
	return min(0, lo), hi * 1.05
}

// AccuracyRange returns the range of the axis for accuracies from lo to hi. It has room at both ends, but stays within
// 0 to 1.
func AccuracyRange(lo, hi float64) (float64, float64) {
	if math.IsInf(lo, 0) || math.IsInf(hi, 0) {
		return 0, 1
	}
	room := max(0.01, (hi-lo)*0.08)
	return max(0, lo-room), min(1, hi+room)
}
