package train

import (
	"context"
	"math"

	"dnn/internal/exact"
	"dnn/internal/fault"
)

// LRFindOptions are the settings of a range test. The values in brackets are for who has no other wish.
type LRFindOptions struct {
	From, To float64 // the first learning rate and the last [1e-6, 10]
	Steps    int     // >= 2 [200]
	Beta     float64 // how much of the smoothed loss a step keeps [0.9]
	Diverged float64 // the test ends when the smoothed loss is so many times its least so far [4]

	StepEnd func(step int, p LRPoint) // hears of each point, the first of which is of step 1; nil: nobody does
}

// LRPoint is a step of a range test.
type LRPoint struct {
	Rate     float64
	Loss     float64 // of the step's batch, before its update
	Smoothed float64 // mean of the losses so far, the latest counting most
}

// LRFind is the learning rate range test of Smith (arXiv:1506.01186): it trains with a rate that rises exponentially,
//
//	From (To / From)^(i / (Steps - 1))
//
// and returns how the loss went, up to where it diverged. Smoothed is the exponential moving average of the losses, less its
// bias towards 0, as Adam does it: s = beta s + (1 - beta) loss, divided by 1 - beta^i. The steps are those of the run, epoch
// by epoch; its callbacks and checkpoints are not involved. The model and the optimizer are afterwards as they were before.
func LRFind(ctx context.Context, run *Run, o LRFindOptions) ([]LRPoint, error) {
	quiet := *run
	quiet.Callbacks, quiet.Checkpoints, quiet.Validation, quiet.From = nil, nil, nil, nil
	l, err := quiet.newLoop(ctx)
	if err != nil {
		return nil, err
	}
	defer l.restoreOptimizer()()
	defer run.Model.Restore(l.epochWeights)

	var points []LRPoint
	average, weight, least := 0.0, 1.0, math.Inf(1)
	for i := range o.Steps {
		if ctx.Err() != nil {
			return points, context.Cause(ctx)
		}
		perEpoch := l.Plan().Steps
		if epoch, step := i/perEpoch+1, i%perEpoch; step == 0 {
			l.trainer.Begin(epoch)
			l.arrange(epoch)
		}
		l.rate = float64(o.From * exact.Power(o.To/o.From, float64(i)/float64(o.Steps-1)))
		result := l.take(i % perEpoch)
		if result.Count == 0 {
			return points, context.Cause(ctx)
		}
		loss := result.Loss / float64(result.Count)
		average = float64(o.Beta*average) + float64((1-o.Beta)*loss)
		weight *= o.Beta
		smoothed := average / (1 - weight)
		if math.IsNaN(smoothed) || math.IsInf(smoothed, 0) {
			break
		}
		points = append(points, LRPoint{Rate: l.rate, Loss: loss, Smoothed: smoothed})
		if o.StepEnd != nil {
			o.StepEnd(i+1, points[i])
		}
		if least = min(least, smoothed); smoothed > o.Diverged*least {
			break
		}
	}
	if len(points) < 2 {
		return nil, fault.New(fault.Diverged, "range test", "the loss diverges at once, at the learning rate %v", o.From).
			WithHint("begin lower")
	}
	return points, nil
}

// restoreOptimizer returns a function that puts the optimizer back to where it is now.
func (l *loop) restoreOptimizer() func() {
	counters := l.Optimizer.Counters()
	var arrays [][]float32
	for _, a := range l.Optimizer.State() {
		arrays = append(arrays, a.Floats())
	}
	return func() {
		for i, a := range l.Optimizer.State() {
			a.SetFloats(arrays[i])
		}
		if err := l.Optimizer.Restore(counters); err != nil {
			panic("train: " + err.Error()) // they are its own
		}
	}
}
