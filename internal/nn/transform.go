package nn

import (
	"errors"

	"dnn/internal/nn/kernel"
)

// Transform alters samples on their way into a batch that is trained on, so that a network sees each of them in many forms.
// What it makes of a sample must depend on the epoch and the sample alone.
type Transform interface {
	// Begin starts an epoch. No sample is being altered meanwhile.
	Begin(epoch int)

	// Apply writes what becomes of the bytes src to dst, which is as long. sample is the sample's place in the set. worker
	// counts from 0 to the engine's threads; calls with different ones may run side by side.
	Apply(k *kernel.Set, worker int, dst, src []uint8, sample int)
}

// Transform makes every batch that is loaded from the next epoch on go through x: all of the work is done while the batch
// is loaded, which is during the step before. The trainer calls x.Begin. Samples of floats have no bytes to
// alter, and are refused.
func (t *Trainer) Transform(x Transform) error {
	if t.samples.Bytes == nil {
		return errors.New("wanted samples that are bytes, such as pixels; found numbers")
	}
	t.transform = x
	for _, in := range []*input{t.tape.in, t.loaded} {
		in.transform = x
	}
	t.plan()
	t.Begin(t.pass.Epoch)
	return nil
}
