package train

import (
	"encoding/json"
	"fmt"
	"math"
	"strconv"
)

// epochRecord is an epoch as files have it.
type epochRecord struct {
	Epoch        int     `json:"epoch"`
	Seconds      figure  `json:"epoch_s"`
	Loss         figure  `json:"loss"`
	Accuracy     figure  `json:"accuracy"`
	ValLoss      *figure `json:"val_loss,omitempty"`
	ValAccuracy  *figure `json:"val_accuracy,omitempty"`
	LearningRate figure  `json:"learning_rate"`
}

func recordOf(e Epoch) epochRecord {
	r := epochRecord{
		Epoch: e.Epoch, Seconds: figure(e.Seconds), Loss: figure(e.Loss), Accuracy: figure(e.Accuracy), LearningRate: figure(e.LearningRate),
	}
	if e.Validated {
		r.ValLoss, r.ValAccuracy = new(figure(e.ValLoss)), new(figure(e.ValAccuracy))
	}
	return r
}

func (r epochRecord) epoch() (Epoch, error) {
	e := Epoch{
		Epoch: r.Epoch, Seconds: float64(r.Seconds), Loss: float64(r.Loss), Accuracy: float64(r.Accuracy),
		LearningRate: float64(r.LearningRate),
	}
	for _, f := range []*figure{&r.Seconds, &r.Loss, &r.Accuracy, r.ValLoss, r.ValAccuracy, &r.LearningRate} {
		if f != nil && (math.IsNaN(float64(*f)) || math.IsInf(float64(*f), 0)) { // such a run has ended with fault.Diverged
			return Epoch{}, fmt.Errorf("epoch %d: wanted a finite number, found %v", r.Epoch, *f)
		}
	}
	if (r.ValLoss == nil) != (r.ValAccuracy == nil) {
		return Epoch{}, fmt.Errorf("epoch %d: wanted val_loss and val_accuracy, or neither", r.Epoch)
	}
	if r.ValLoss != nil {
		e.Validated, e.ValLoss, e.ValAccuracy = true, float64(*r.ValLoss), float64(*r.ValAccuracy)
	}
	return e, nil
}

// figure is a float64 whose JSON reads back as the same bits, but for the payload of a NaN: a number where JSON has one, else
// "NaN", "+Inf" or "-Inf".
type figure float64

// MarshalJSON returns the shortest decimal that reads as r, or a string.
func (r figure) MarshalJSON() ([]byte, error) {
	text := strconv.FormatFloat(float64(r), 'g', -1, 64)
	if math.IsNaN(float64(r)) || math.IsInf(float64(r), 0) {
		text = strconv.Quote(text)
	}
	return []byte(text), nil
}

// UnmarshalJSON reads what MarshalJSON wrote.
func (r *figure) UnmarshalJSON(data []byte) error {
	switch string(data) {
	case `"NaN"`:
		*r = figure(math.NaN())
	case `"+Inf"`:
		*r = figure(math.Inf(1))
	case `"-Inf"`:
		*r = figure(math.Inf(-1))
	default:
		var v float64
		if err := json.Unmarshal(data, &v); err != nil {
			return err
		}
		*r = figure(v)
	}
	return nil
}
