package history

import (
	"math"
	"slices"
)

// Best returns the epoch with the lowest validation loss, or training loss where none was validated; the first of those
// that share it. There is none where no loss is finite.
func (h Epochs) Best() (best Epoch, ok bool) {
	validated := h.Validated()
	least := math.Inf(1)
	for _, e := range h {
		loss := e.Loss
		if validated {
			loss = e.ValLoss
			if !e.Validated {
				continue
			}
		}
		if loss < least && !math.IsInf(loss, 0) {
			least, best, ok = loss, e, true
		}
	}
	return best, ok
}

// Validated says whether any epoch was validated.
func (h Epochs) Validated() bool {
	return slices.ContainsFunc(h, func(e Epoch) bool { return e.Validated })
}

// RateVaries says whether the learning rate changed from one epoch to another.
func (h Epochs) RateVaries() bool {
	return slices.ContainsFunc(h, func(e Epoch) bool { return e.LearningRate != h[0].LearningRate })
}
