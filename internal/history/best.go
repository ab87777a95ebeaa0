package history

import (
	"math"
	"slices"
)

// Best returns the epoch with the lowest validation loss, or the lowest training loss if no epoch was validated. Of
// equal epochs it returns the first. ok is false if no loss is finite.
func (h Epochs) Best() (best Epoch, ok bool) {
	validated := h.Validated()
	lowest := math.Inf(1)
	for _, e := range h {
		loss := e.Loss
		if validated {
			loss = e.ValLoss
			if !e.Validated {
				continue
			}
		}
		if loss < lowest && !math.IsInf(loss, 0) {
			lowest, best, ok = loss, e, true
		}
	}
	return best, ok
}

// Validated reports whether any epoch was validated.
func (h Epochs) Validated() bool {
	return slices.ContainsFunc(h, func(e Epoch) bool { return e.Validated })
}

// RateVaries reports whether the learning rate is not the same in all epochs.
func (h Epochs) RateVaries() bool {
	return slices.ContainsFunc(h, func(e Epoch) bool { return e.LearningRate != h[0].LearningRate })
}
