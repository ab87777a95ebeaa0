package batch

import "dnn/internal/nn/kernel"

// Transform alters samples on their way into a batch that is trained on, so that a network sees each of them in many forms.
// What it makes of a sample must depend on the epoch and the sample alone.
type Transform interface {
	// Begin starts an epoch. No sample is being altered meanwhile.
	Begin(epoch int)

	// Apply writes what becomes of the bytes src to dst, which is as long. sample is the sample's place in the set. worker
	// counts from 0 to the engine's threads; calls with different ones may run side by side.
	Apply(k *kernel.Set, worker int, dst, src []uint8, sample int)
}
