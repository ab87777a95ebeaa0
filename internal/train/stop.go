package train

import (
	"context"
	"fmt"
	"math"

	"dnn/internal/history"
	"dnn/internal/nn/step"
)

// stopWith makes steps and validations end early once ctx has ended.
func (l *loop) stopWith(ctx context.Context) {
	stop := func() bool { return ctx.Err() != nil }
	l.abandons = l.trainer.StopIf(stop)
	if l.evaluator != nil {
		l.evaluator.StopIf(stop)
	}
}

// takeStep takes one step of the epoch, counted from 0, with the learning rate l.rate. If the run is stopped meanwhile,
// it may abandon the step: it then returns the zero Result and leaves model and optimizer unchanged.
func (l *loop) takeStep(step int) step.Result {
	var counters map[string]float64
	if l.abandons { // otherwise steps are too short to spend time on this
		counters = l.Optimizer.Counters()
	}
	l.Optimizer.Begin(l.rate)
	result := l.trainer.Step(l.batchAt(step), l.batchAt(step+1))
	if result.Count == 0 {
		if err := l.Optimizer.Restore(counters); err != nil {
			panic("train: " + err.Error()) // cannot be: they come from this optimizer
		}
	}
	return result
}

// validate evaluates the model after an epoch and adds the result to e. If the run is stopped meanwhile, it discards
// the result: the run is then after the last step of the epoch, with validation still to do.
func (l *loop) validate(ctx context.Context, e *history.Epoch) error {
	begun := l.Now()
	v := l.evaluator.Evaluate()
	if ctx.Err() != nil { // the result may lack samples
		if l.average != nil {
			l.average.Swap()
		}
		return l.interrupt(context.Cause(ctx))
	}
	if loss := float64(v.MeanLoss()); math.IsNaN(loss) || math.IsInf(loss, 0) {
		return l.diverged(e.Epoch, fmt.Sprintf("the validation loss is %v", loss))
	}
	e.Validated, e.ValLoss, e.ValAccuracy = true, float64(v.MeanLoss()), float64(v.Accuracy())
	e.Phases["validation"] = l.Now().Sub(begun).Seconds()
	return nil
}

// interrupt writes a checkpoint, unless the newest one is already of this step, and returns the cause.
func (l *loop) interrupt(cause error) error {
	if l.writer == nil || l.writer.has(l.steps()) {
		return cause
	}
	if err := l.checkpoint(); err != nil {
		return err
	}
	return cause
}
