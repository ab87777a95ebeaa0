package nn

import "dnn/internal/exact"

// GuessLoss returns the loss, that of the weights included, of the best outputs that are the same for every sample, where there are
// so many samples of each class: what a network has that has learned nothing but how frequent the classes are.
func (m *Sequential) GuessLoss(samples []int) float64 {
	total := 0
	for _, n := range samples {
		total += n
	}
	kind, _ := findLoss(m.arch.Loss)
	units := m.arch.Output()
	loss := 0.0
	for unit := range units {
		class := unit
		if units == 1 { // whose target is the class itself
			class = 1
		}
		share := 0.0
		if class < len(samples) {
			share = float64(samples[class]) / float64(max(total, 1))
		}
		loss += kind.guess(share, m.arch.LabelSmoothing, float64(units))
	}
	if !kind.sum {
		loss /= float64(units)
	}
	return loss + m.Penalty()
}

// surprise returns -p log p, a part of an entropy.
func surprise(p float64) float64 {
	if p <= 0 {
		return 0
	}
	return -p * exact.Log64(p)
}
