package step

import (
	"errors"

	"dnn/internal/nn/batch"
)

// Transform makes every batch that is loaded from the next epoch on go through x: all of the work is done while the batch
// is loaded, which is during the step before. The trainer calls x.Begin. Samples of floats have no bytes to
// alter, and are refused.
func (t *Trainer) Transform(x batch.Transform) error {
	if t.samples.Bytes == nil {
		return errors.New("wanted samples that are bytes, such as pixels; found numbers")
	}
	t.transform = x
	for _, in := range []*batch.Batch{t.tape.In, t.loaded} {
		in.Alter(x)
	}
	t.plan()
	t.Begin(t.pass.Epoch)
	return nil
}
