package train

import (
	"context"
	"math"

	"dnn/internal/exact"
	"dnn/internal/fault"
)

// LRFindOptions are the settings of a range test, with recommended values in brackets.
type LRFindOptions struct {
	From, To float64 // the first learning rate and the last [1e-6, 10]
	Steps    int     // >= 2 [200]
	Beta     float64 // weight of the previous smoothed loss in the next one [0.9]
	Diverged float64 // the test ends when the smoothed loss exceeds this multiple of its minimum so far [4]

	StepEnd func(step int, p LRPoint) // called for each point, with steps counted from 1; may be nil
}

// LRPoint is one step of a range test.
type LRPoint struct {
	Rate     float64
	Loss     float64 // of the step's batch, before its update
	Smoothed float64 // exponential moving average of the losses so far
}

// LRFind is the learning rate range test of Smith (arXiv:1506.01186). It trains with a rate that rises exponentially,
//
//	From (To / From)^(i / (Steps - 1)),
//
// and returns the loss of each step up to where it diverges. Smoothed is the exponential moving average of the losses
// with Adam's bias correction: s = beta s + (1 - beta) loss, divided by 1 - beta^i. The steps are those of the run,
// epoch by epoch, without its callbacks and checkpoints. Afterwards the model and the optimizer are as they were
// before.
//
// A loss that diverges before there are two points is an error of kind fault.Diverged. If ctx ends, LRFind returns the
// points so far and the cause.
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
	average, weight, lowest := 0.0, 1.0, math.Inf(1)
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
		result := l.takeStep(i % perEpoch)
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
		if lowest = min(lowest, smoothed); smoothed > o.Diverged*lowest {
			break
		}
	}
	if len(points) < 2 {
		return nil, fault.New(fault.Diverged, "range test",
			"the loss diverges at once, at the learning rate %v", o.From).WithHint("begin lower")
	}
	return points, nil
}

// restoreOptimizer saves the optimizer's state and returns a function that restores it.
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
			panic("train: " + err.Error()) // cannot be: they come from this optimizer
		}
	}
}
