package step

import (
	"errors"

	"dnn/internal/nn/batch"
)

// Transform makes the samples of all batches that are loaded from now on go through x. That is done while a batch is
// loaded, which is during the step before. The trainer calls x.Begin. Samples of floats have no bytes to alter, and are
// refused.
func (t *Trainer) Transform(x batch.Transform) error {
	if t.samples.Bytes == nil {
		return errors.New("wanted samples that are bytes, such as pixels; found numbers")
	}
	t.transform = x
	for _, in := range []*batch.Batch{t.tape.In, t.upcoming} {
		in.Alter(x)
	}
	t.plan = newPlan(t.work)
	t.Begin(t.pass.Epoch)
	return nil
}
