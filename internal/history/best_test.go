package history

import (
	"math"
	"testing"
)

func TestBest(t *testing.T) {
	nan := math.NaN()
	validated := func(losses ...float64) (h Epochs) {
		for i, v := range losses {
			h = append(h, Epoch{Epoch: i + 1, Loss: -float64(i), Validated: true, ValLoss: v})
		}
		return h
	}
	for name, test := range map[string]struct {
		history Epochs
		want    int // 0: none
	}{
		"nothing":            {nil, 0},
		"validation":         {validated(3, 1, 2), 2},
		"the first of two":   {validated(3, 1, 1), 2},
		"not a number":       {validated(nan, 2, nan, 1), 4},
		"none is a number":   {validated(nan, math.Inf(1)), 0},
		"training":           {Epochs{{Epoch: 1, Loss: 2}, {Epoch: 2, Loss: 1}, {Epoch: 3, Loss: 3}}, 2},
		"some not validated": {append(validated(3, 2), Epoch{Epoch: 3, Loss: -9}), 2},
	} {
		best, ok := test.history.Best()
		if best.Epoch != test.want || ok != (test.want > 0) {
			t.Errorf("%s: %d, %v, wanted %d", name, best.Epoch, ok, test.want)
		}
	}
}

func TestRateVaries(t *testing.T) {
	for want, rates := range map[bool][]float64{false: {0.1, 0.1, 0.1}, true: {0.1, 0.1, 0.01}} {
		var h Epochs
		for i, rate := range rates {
			h = append(h, Epoch{Epoch: i + 1, LearningRate: rate})
		}
		if got := h.RateVaries(); got != want {
			t.Errorf("rates %v: %v, wanted %v", rates, got, want)
		}
	}
	if (Epochs{}).RateVaries() {
		t.Error("no epoch has rates that differ")
	}
}
