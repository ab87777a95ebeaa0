package history

import (
	"encoding/json"
	"fmt"
	"math"
	"strconv"
)

// Record is an epoch in JSON. N determines how numbers are written: a type such as Number can have its own MarshalJSON.
type Record[N ~float64] struct {
	Epoch        int `json:"epoch"`
	Seconds      *N  `json:"epoch_s,omitempty"` // nil if not stored
	Loss         N   `json:"loss"`
	Accuracy     N   `json:"accuracy"`
	ValLoss      *N  `json:"val_loss,omitempty"` // nil if and only if ValAccuracy is
	ValAccuracy  *N  `json:"val_accuracy,omitempty"`
	LearningRate N   `json:"learning_rate"`
}

// RecordOf returns the record of an epoch, with its seconds.
func RecordOf[N ~float64](e Epoch) Record[N] {
	r := Record[N]{
		Epoch: e.Epoch, Seconds: new(N(e.Seconds)),
		Loss: N(e.Loss), Accuracy: N(e.Accuracy), LearningRate: N(e.LearningRate),
	}
	if e.Validated {
		r.ValLoss, r.ValAccuracy = new(N(e.ValLoss)), new(N(e.ValAccuracy))
	}
	return r
}

// Read returns the epoch, without Phases. A number that is not finite is an error: a run that diverges stops before the
// end of the epoch.
func (r Record[N]) Read() (Epoch, error) {
	e := Epoch{
		Epoch: r.Epoch, Loss: float64(r.Loss), Accuracy: float64(r.Accuracy), LearningRate: float64(r.LearningRate),
	}
	for _, n := range []*N{r.Seconds, &r.Loss, &r.Accuracy, r.ValLoss, r.ValAccuracy, &r.LearningRate} {
		if n != nil && (math.IsNaN(float64(*n)) || math.IsInf(float64(*n), 0)) {
			return Epoch{}, fmt.Errorf("epoch %d: wanted a finite number, found %v", r.Epoch, *n)
		}
	}
	if (r.ValLoss == nil) != (r.ValAccuracy == nil) {
		return Epoch{}, fmt.Errorf("epoch %d: wanted val_loss and val_accuracy, or neither", r.Epoch)
	}
	if r.ValLoss != nil {
		e.Validated, e.ValLoss, e.ValAccuracy = true, float64(*r.ValLoss), float64(*r.ValAccuracy)
	}
	if r.Seconds != nil {
		e.Seconds = float64(*r.Seconds)
	}
	return e, nil
}

// Number is a float64 that JSON can hold also if it is not finite: as the string "NaN", "+Inf" or "-Inf". It reads back
// with the same bits, except for those of a NaN.
type Number float64

// MarshalJSON returns the shortest decimal that parses as n, or a string.
func (n Number) MarshalJSON() ([]byte, error) {
	text := strconv.FormatFloat(float64(n), 'g', -1, 64)
	if math.IsNaN(float64(n)) || math.IsInf(float64(n), 0) {
		text = strconv.Quote(text)
	}
	return []byte(text), nil
}

// UnmarshalJSON reads what MarshalJSON wrote.
func (n *Number) UnmarshalJSON(data []byte) error {
	switch string(data) {
	case `"NaN"`:
		*n = Number(math.NaN())
	case `"+Inf"`:
		*n = Number(math.Inf(1))
	case `"-Inf"`:
		*n = Number(math.Inf(-1))
	default:
		var v float64
		if err := json.Unmarshal(data, &v); err != nil {
			return err
		}
		*n = Number(v)
	}
	return nil
}
