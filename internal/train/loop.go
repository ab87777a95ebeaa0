// Package train is the training loop: epochs, batches, validation, and the events that callbacks hear. It knows networks
// and samples; it does not know where samples come from, what a person is shown, or what a model file looks like.
package train

import (
	"context"
	"fmt"
	"math"
	"time"

	"dnn/internal/fault"
	"dnn/internal/nn"
)

// Run is one training run.
type Run struct {
	Engine     *nn.Engine
	Model      *nn.Sequential // trained in place
	Optimizer  nn.Optimizer   // of the model's parameters
	Train      *nn.Samples
	Validation *nn.Samples // evaluated after each epoch; may be nil

	Epochs       int
	BatchSize    int // the last batch of an epoch takes what is left
	LearningRate float64
	Shuffle      bool   // a new order each epoch
	Seed         uint64 // of that order

	Callbacks []Callback
	Now       func() time.Time // for seconds only: nothing that is learned depends on it
}

// ValidationSamples returns how many of n samples the split holds out: those from floor(n (1 - split)) on, as in Keras.
func ValidationSamples(n int, split float64) int {
	return n - int(math.Floor(float64(n)*(1-split)))
}

// Do trains and returns what each whole epoch gave. When ctx ends, it stops within a step; the model then has the weights
// of the last whole epoch, and the error is ctx's cause. A loss that is NaN or infinite ends it with fault.Diverged.
func (r *Run) Do(ctx context.Context) (history History, err error) {
	l := loop{Run: r, trainer: nn.NewTrainer(r.Engine, r.Model, r.Optimizer, r.Train, r.batch())}
	if r.Validation != nil {
		l.evaluator = nn.NewEvaluator(r.Engine, r.Model, r.Validation)
	}
	l.order = make([]int32, r.Train.Count)
	for i := range l.order {
		l.order[i] = int32(i)
	}
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
	if err := each(r.Callbacks, func(c Callback) error { return call(c.TrainBegin, r.Plan()) }); err != nil {
		return nil, err
	}
	snapshot := r.Model.Snapshot(nil)
	for epoch := 1; epoch <= r.Epochs; epoch++ {
		result, err := l.epoch(ctx, epoch)
		if err != nil {
			r.Model.Restore(snapshot)
			return history, err
		}
		r.Model.Snapshot(snapshot)
		history = append(history, result)
		if err := each(r.Callbacks, func(c Callback) error { return call(c.EpochEnd, result) }); err != nil {
			return history, err
		}
	}
	return history, nil
}

// Plan returns what the run is about to do.
func (r *Run) Plan() Plan {
	p := Plan{Epochs: r.Epochs, BatchSize: r.batch(), TrainSamples: r.Train.Count, FirstEpoch: 1}
	p.Steps = (r.Train.Count + p.BatchSize - 1) / p.BatchSize
	if r.Validation != nil {
		p.ValidationSamples = r.Validation.Count
	}
	return p
}

func (r *Run) batch() int { return min(r.BatchSize, r.Train.Count) }

// loop is a run in progress.
type loop struct {
	*Run
	trainer   *nn.Trainer
	evaluator *nn.Evaluator // nil: no validation
	order     []int32       // of the training samples in this epoch
}

// epoch trains on every sample once, then validates.
func (l *loop) epoch(ctx context.Context, epoch int) (Epoch, error) {
	if err := each(l.Callbacks, func(c Callback) error { return call(c.EpochBegin, epoch) }); err != nil {
		return Epoch{}, err
	}
	begun := l.Now()
	l.trainer.Begin(epoch)
	if l.Shuffle {
		// From the samples' own order, not from the last epoch's: an epoch's order depends on seed and epoch alone.
		for i := range l.order {
			l.order[i] = int32(i)
		}
		nn.Shuffle(nn.Stream(l.Seed, "shuffle", epoch), l.order)
	}
	var sum nn.Result
	for step, at := 1, 0; at < len(l.order); step++ {
		if ctx.Err() != nil {
			return Epoch{}, context.Cause(ctx)
		}
		batch := l.batchAt(at)
		at += len(batch)
		l.Optimizer.Begin(l.LearningRate)
		result := l.trainer.Step(batch, l.batchAt(at))
		if math.IsNaN(result.Loss) || math.IsInf(result.Loss, 0) {
			return Epoch{}, l.diverged(epoch, step, fmt.Sprintf("the loss is %v", result.Loss))
		}
		sum.Add(result)
		state := Step{Step: step, Seconds: l.Now().Sub(begun).Seconds(), Loss: float64(sum.MeanLoss()), Accuracy: float64(sum.Accuracy())}
		if err := each(l.Callbacks, func(c Callback) error { return call(c.StepEnd, state) }); err != nil {
			return Epoch{}, err
		}
	}
	if !l.Model.Finite() { // the last update of the epoch, whose loss was still a number
		return Epoch{}, l.diverged(epoch, l.Plan().Steps, "the weights are no longer finite")
	}
	e := Epoch{Epoch: epoch, Loss: float64(sum.MeanLoss()), Accuracy: float64(sum.Accuracy()), LearningRate: l.LearningRate}
	e.Phases = l.trainer.PhaseSeconds()
	if l.evaluator != nil {
		validating := l.Now()
		v := l.evaluator.Evaluate()
		e.Validated, e.ValLoss, e.ValAccuracy = true, float64(v.MeanLoss()), float64(v.Accuracy())
		e.Phases["validation"] = l.Now().Sub(validating).Seconds()
	}
	e.Seconds = l.Now().Sub(begun).Seconds()
	return e, nil
}

// diverged returns the error of a run whose numbers have left the range of float32.
func (l *loop) diverged(epoch, step int, what string) error {
	return fault.New(fault.Diverged, fmt.Sprintf("epoch %d, step %d", epoch, step), "%s", what).
		WithHint("try a lower learning rate (now %v)", l.LearningRate)
}

// batchAt returns the batch that begins there, shorter at the end of the epoch, empty behind it.
func (l *loop) batchAt(at int) []int32 { return l.order[at:min(at+l.batch(), len(l.order))] }

// each calls f for each callback until one fails.
func each(callbacks []Callback, f func(Callback) error) error {
	for _, c := range callbacks {
		if err := f(c); err != nil {
			return err
		}
	}
	return nil
}

// call calls a callback's function if it has one.
func call[T any](f func(T) error, event T) error {
	if f == nil {
		return nil
	}
	return f(event)
}
