// Package train is the training loop: epochs, batches, validation, checkpoints, and the callbacks that hear of them. It
// also has the learning rate range test. It knows networks and samples. It does not know where samples come from, what
// is shown to a person, or what a model file looks like.
package train

import (
	"context"
	"errors"
	"fmt"
	"math"
	"time"

	"dnn/internal/fault"
	"dnn/internal/history"
	"dnn/internal/nn"
	"dnn/internal/nn/batch"
	"dnn/internal/nn/optimizer"
	"dnn/internal/nn/step"
	"dnn/internal/random"
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

// loop is a run in progress.
type loop struct {
	*Run
	progress
	trainer      *step.Trainer
	evaluator    *step.Evaluator    // nil: no validation
	average      *optimizer.Average // nil: none
	writer       *checkpointWriter  // nil: no checkpoints
	order        []int32            // the training samples in the order of this epoch
	epochWeights [][]float32        // after the last completed epoch, averaged if there is an average
	begun        time.Time          // of the epoch; for a resumed one, earlier by the time that it had taken before
	rate         float64            // the learning rate of the last step
	abandons     bool               // whether a step may be abandoned when the run is stopped
}

func (r *Run) newLoop(ctx context.Context) (*loop, error) {
	l := &loop{
		Run: r, average: optimizer.AverageOf(r.Optimizer),
		trainer:      step.NewTrainer(r.Engine, r.Model, r.Optimizer, r.Train, r.batch()),
		order:        make([]int32, r.Train.Count),
		epochWeights: r.Model.Snapshot(nil),
	}
	if r.Validation != nil {
		l.evaluator = step.NewEvaluator(r.Engine, r.Model, r.Validation)
	}
	if r.Checkpoints != nil {
		l.writer = &checkpointWriter{Checkpoints: r.Checkpoints}
	}
	if r.Transform != nil {
		if err := l.trainer.Transform(r.Transform); err != nil {
			return nil, fault.New(fault.Config, "augment", "%w", err)
		}
	}
	if r.Distillation != nil {
		if err := l.trainer.Distill(*r.Distillation); err != nil {
			return nil, fault.New(fault.Data, "distill", "%w", err)
		}
	}
	l.stopWith(ctx)
	return l, nil
}

// begin restores the checkpoint that the run resumes from, if there is one, and tells the callbacks.
func (l *loop) begin() error {
	states, err := l.restore(l.From)
	if err != nil {
		return err
	}
	if err := each(l.Callbacks, func(c Callback) error { return call(c.TrainBegin, l.Plan()) }); err != nil {
		return err
	}
	if l.writer != nil {
		if err := l.writer.begin(l.Now()); err != nil {
			return err
		}
	}
	return l.restoreCallbacks(states)
}

// epoch trains on every sample once, then validates. A resumed epoch trains on the samples that are left.
func (l *loop) epoch(ctx context.Context, epoch int) error {
	if err := each(l.Callbacks, func(c Callback) error { return call(c.EpochBegin, epoch) }); err != nil {
		return err
	}
	l.begun = l.Now().Add(-time.Duration(l.seconds * float64(time.Second)))
	l.trainer.Begin(epoch)
	l.trainer.Skip(l.step)
	if epoch == l.Epochs {
		l.trainer.ReadOnce()
	}
	l.arrange(epoch)
	if l.step > 0 { // a resumed epoch may have no step left that would set the rate
		l.rate = l.RateAt(l.steps() - 1)
	}
	for l.step*l.batch() < len(l.order) {
		if ctx.Err() != nil {
			return l.interrupt(context.Cause(ctx))
		}
		if err := l.nextStep(ctx, epoch); err != nil {
			return err
		}
	}
	if !l.Model.Finite() { // the last update may overflow though the loss before it was finite
		return l.diverged(epoch, "the weights are no longer finite")
	}
	return l.endEpoch(ctx, epoch)
}

// arrange puts the samples into the order of an epoch. It starts from the samples' own order rather than from that of
// the epoch before, so that the result depends only on the seed and the epoch.
func (l *loop) arrange(epoch int) {
	for i := range l.order {
		l.order[i] = int32(i)
	}
	if l.Shuffle {
		random.Shuffle(random.Stream(l.Seed, "shuffle", epoch), l.order)
	}
}

// nextStep takes the next step of the epoch, tells the callbacks, and writes a checkpoint if the time for one has come.
func (l *loop) nextStep(ctx context.Context, epoch int) error {
	l.noteRate()
	l.rate = l.RateAt(l.steps())
	result := l.takeStep(l.step)
	if result.Count == 0 {
		return l.interrupt(context.Cause(ctx))
	}
	l.step++
	if math.IsNaN(result.Loss) || math.IsInf(result.Loss, 0) {
		return l.diverged(epoch, fmt.Sprintf("the loss is %v", result.Loss))
	}
	l.sum.Add(result)
	now := l.Now()
	l.seconds = now.Sub(l.begun).Seconds()
	state := Step{
		Step: l.step, Loss: float64(l.sum.MeanLoss()), Accuracy: float64(l.sum.Accuracy()), LearningRate: l.rate,
	}
	if err := each(l.Callbacks, func(c Callback) error { return call(c.StepEnd, state) }); err != nil {
		return err
	}
	last := l.step == l.Plan().Steps
	if last || l.writer == nil || l.Checkpoints.Every <= 0 || now.Sub(l.writer.last) < l.Checkpoints.Every {
		return nil
	}
	return l.checkpoint()
}

// endEpoch validates, adds the epoch to the history, tells the callbacks, and writes a checkpoint if one is due.
func (l *loop) endEpoch(ctx context.Context, epoch int) error {
	if l.average != nil {
		l.average.Swap()
	}
	e := history.Epoch{
		Epoch: epoch, Loss: float64(l.sum.MeanLoss()), Accuracy: float64(l.sum.Accuracy()), LearningRate: l.rate,
		Phases: l.trainer.PhaseSeconds(),
	}
	if l.evaluator != nil {
		if err := l.validate(ctx, &e); err != nil {
			return err
		}
	}
	e.Seconds = l.Now().Sub(l.begun).Seconds()
	l.epochWeights = l.Model.Snapshot(l.epochWeights)
	l.progress = progress{history: append(l.history, e)}
	for _, c := range l.Callbacks {
		err := call(c.EpochEnd, e)
		stop, stopped := errors.AsType[*stopError](err)
		switch {
		case stopped && l.ended == "":
			l.ended = stop.reason
		case !stopped && err != nil:
			return err
		}
	}
	if l.average != nil {
		l.average.Swap()
	}
	if l.writer == nil || !l.due(epoch) {
		return nil
	}
	return l.checkpoint()
}

// due reports whether a checkpoint is due after the given epoch.
func (l *loop) due(epoch int) bool {
	c := l.Checkpoints
	last := c.KeepLast && (epoch == l.Epochs || l.ended != "")
	byEpochs := c.EveryEpochs > 0 && epoch%c.EveryEpochs == 0
	return last || byEpochs || c.Every > 0 && l.Now().Sub(l.writer.last) >= c.Every
}

// checkpoint writes a checkpoint of the current state.
func (l *loop) checkpoint() error { return l.writer.write(l.steps(), l.Now(), l.capture()) }

// steps returns how many steps the run has taken in all its epochs.
func (l *loop) steps() int { return len(l.history)*l.Plan().Steps + l.step }

// diverged returns the error of a run whose loss or weights are no longer finite.
func (l *loop) diverged(epoch int, what string) error {
	return fault.New(fault.Diverged, fmt.Sprintf("epoch %d, step %d", epoch, l.step), "%s", what).
		WithHint("try a lower learning rate (now %v)", l.rate)
}

// batchAt returns the samples of one step of the epoch, counted from 0. The last batch may be smaller; after it batches
// are empty.
func (l *loop) batchAt(step int) []int32 {
	at := min(step*l.batch(), len(l.order))
	return l.order[at:min(at+l.batch(), len(l.order))]
}

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
