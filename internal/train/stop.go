package train

import (
	"context"
	"fmt"
	"math"

	"dnn/internal/history"
	"dnn/internal/nn/step"
)

// stopWith makes what takes long end early when ctx ends.
func (l *loop) stopWith(ctx context.Context) {
	stop := func() bool { return ctx.Err() != nil }
	l.abandons = l.trainer.StopIf(stop)
	if l.evaluator != nil {
		l.evaluator.StopIf(stop)
	}
}

// take takes the epoch's step, counted from 0, at the rate l.rate. If the run is stopped meanwhile it may take none, which gives the
// zero Result: all is as it was before.
func (l *loop) take(step int) step.Result {
	var counters map[string]float64
	if l.abandons { // or there is no time for it
		counters = l.Optimizer.Counters()
	}
	l.Optimizer.Begin(l.rate)
	result := l.trainer.Step(l.batchAt(step), l.batchAt(step+1))
	if result.Count == 0 {
		if err := l.Optimizer.Restore(counters); err != nil {
			panic("train: " + err.Error()) // they are its own
		}
	}
	return result
}

// validate evaluates the network after an epoch. Stopped meanwhile, the run is where it was before: after the epoch's last step.
func (l *loop) validate(ctx context.Context, e *history.Epoch) error {
	begun := l.Now()
	v := l.evaluator.Evaluate()
	if ctx.Err() != nil { // what it gave is of a part of the samples
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

// interrupt writes a checkpoint, if there are to be any, and returns why.
func (l *loop) interrupt(cause error) error {
	if l.writer == nil || l.writer.has(l.steps()) {
		return cause
	}
	if err := l.checkpoint(); err != nil {
		return err
	}
	return cause
}
