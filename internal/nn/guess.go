package nn

import "dnn/internal/exact"

// GuessLoss returns the loss, that of the weights included, of the best outputs that are the same for every sample, where there are
// so many samples of each class: what a network has that has learned nothing but how frequent the classes are.
func (m *Sequential) GuessLoss(samples []int) float64 {
	total := 0
	for _, n := range samples {
		total += n
	}
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
		loss += m.guessUnit(share, float64(units))
	}
	if m.arch.Loss != CategoricalCrossentropy { // the others are means over the units
		loss /= float64(units)
	}
	return loss + m.Penalty()
}

// guessUnit returns what a unit adds to the loss if its target is 1 for that share of the samples, and it says so each time.
func (m *Sequential) guessUnit(share, units float64) float64 {
	smoothing := m.arch.LabelSmoothing
	switch m.arch.Loss {
	case CategoricalCrossentropy:
		return surprise(float64(share*(1-smoothing)) + smoothing/units)
	case BinaryCrossentropy:
		p := float64(share*(1-smoothing)) + smoothing/2
		return surprise(p) + surprise(1-p)
	}
	return share * (1 - share)
}

// surprise returns -p log p, a part of an entropy.
func surprise(p float64) float64 {
	if p <= 0 {
		return 0
	}
	return -p * exact.Log64(p)
}
