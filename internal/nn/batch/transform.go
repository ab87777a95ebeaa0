package batch

import "dnn/internal/nn/kernel"

// Transform alters samples on their way into a batch that is trained on, so that a network sees each of them in many
// forms. The result for a sample must depend on nothing but the epoch and the sample.
type Transform interface {
	// Begin starts an epoch. No sample is being altered meanwhile.
	Begin(epoch int)

	// Apply writes the altered bytes of src to dst, which is as long. sample is the sample's index among all samples.
	// worker is below the engine's number of threads; calls for different workers may run side by side.
	Apply(k *kernel.Set, worker int, dst, src []uint8, sample int)
}
