package train

import (
	"context"
	"errors"
	"fmt"
	"math"
	"time"

	"dnn/internal/fault"
	"dnn/internal/history"
	"dnn/internal/nn/optimizer"
	"dnn/internal/nn/step"
	"dnn/internal/random"
)

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
	l.trainer.ReadTimes(l.Epochs - epoch + 1)
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
