// Package train is the training loop: epochs, batches, validation, checkpoints, and the callbacks that hear of them. It
// also has the learning rate range test. It knows networks and samples. It does not know where samples come from, what
// is shown to a person, or what a model file looks like.
package train

import (
	"context"
	"math"
	"time"

	"dnn/internal/history"
	"dnn/internal/nn"
	"dnn/internal/nn/batch"
	"dnn/internal/nn/optimizer"
	"dnn/internal/nn/step"
	"dnn/internal/train/schedule"
)

// Run is one training run.
type Run struct {
	Engine     *step.Engine
	Model      *nn.Sequential      // trained in place
	Optimizer  optimizer.Optimizer // of the model's parameters
	Train      *batch.Samples
	Validation *batch.Samples // evaluated after each epoch; may be nil

	Transform    batch.Transform    // augments the training samples; may be nil
	Distillation *step.Distillation // teachers that the model learns from in addition to the labels; may be nil

	Epochs    int
	BatchSize int               // in samples; the last batch of an epoch may be smaller
	Schedule  schedule.Schedule // of the learning rate
	Shuffle   bool              // the samples into a new order each epoch
	Seed      uint64            // of the order

	Callbacks   []Callback
	Checkpoints *Checkpoints     // may be nil
	From        *Checkpoint      // where the run resumes, which takes its arrays; nil: it starts at the first step
	Now         func() time.Time // the clock, for durations and timed checkpoints; training does not depend on it

	Ended string // set by Do: the reason of the Stop that ended the run early; empty: there was none

	RateChanges  history.RateChanges // set by Do: what a person changed by hand, before the checkpoint From too
	wantedFactor float64             // see MultiplyRate; 0: nobody has changed the rate
}

// ValidationSamples returns how many of n samples a validation split holds out: n - floor(n (1 - split)), in float64,
// as Keras does.
func ValidationSamples(n int, split float64) int {
	return n - int(math.Floor(float64(n)*(1-split)))
}

// Do trains the model and returns the completed epochs, including those before the checkpoint From. If the optimizer
// averages the weights, validation, callbacks and the final model use the average.
//
// The run can end before its last epoch in four ways:
//
//   - ctx ends: Do finishes or abandons the current step, abandons a validation, and writes a checkpoint if the run has
//     Checkpoints. The error is the cause of ctx.
//   - The loss becomes NaN or infinite: the error is of kind fault.Diverged.
//   - A callback returns an error: Do returns it.
//   - A callback returns a Stop: Do returns no error, and Ended says why.
//
// After an error in an epoch the model has the weights of the last completed epoch.
func (r *Run) Do(ctx context.Context) (history history.Epochs, err error) {
	defer func() {
		for _, c := range r.Callbacks {
			if c.TrainEnd == nil {
				continue
			}
			if cerr := c.TrainEnd(); err == nil {
				err = cerr
			}
		}
	}()
	l, err := r.newLoop(ctx)
	if err != nil {
		return nil, err
	}
	if err := l.begin(); err != nil {
		return nil, err
	}
	for len(l.history) < r.Epochs && l.ended == "" {
		if err := l.epoch(ctx, len(l.history)+1); err != nil {
			r.Model.Restore(l.epochWeights)
			return l.history, err
		}
	}
	r.Model.Restore(l.epochWeights)
	r.Ended = l.ended
	return l.history, each(r.Callbacks, func(c Callback) error {
		if c.Finish == nil {
			return nil
		}
		return c.Finish()
	})
}

// Plan returns the size of the run.
func (r *Run) Plan() Plan {
	validation := 0
	if r.Validation != nil {
		validation = r.Validation.Count
	}
	return NewPlan(r.Epochs, r.BatchSize, r.Train.Count, validation)
}

// batch returns the number of samples in a full batch.
func (r *Run) batch() int { return min(r.BatchSize, r.Train.Count) }
