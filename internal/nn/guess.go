package nn

import "dnn/internal/exact"

// GuessLoss returns the smallest loss, with the penalty of the weights, that a network can have whose outputs are the
// same for every sample. samples has the number of samples of each class. A network that has learned nothing but how
// frequent the classes are has this loss.
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
		if units == 1 { // its target is 1 for class 1
			class = 1
		}
		frequency := 0.0
		if class < len(samples) {
			frequency = float64(samples[class]) / float64(max(total, 1))
		}
		loss += kind.guess(frequency, m.arch.LabelSmoothing, float64(units))
	}
	if !kind.sum {
		loss /= float64(units)
	}
	return loss + m.Penalty()
}

// entropyTerm returns -p log p.
func entropyTerm(p float64) float64 {
	if p <= 0 {
		return 0
	}
	return -p * exact.Log64(p)
}
