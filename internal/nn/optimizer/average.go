package optimizer

import (
	"dnn/internal/nn"
	"dnn/internal/nn/kernel"
)

// Average is an optimizer that also keeps an exponential moving average a of the weights p (Polyak and Juditsky, 1992;
// Keras's use_ema). After the first step it is the weights, and after every further one
//
//	a = momentum a + (1 - momentum) p
//
// A block of the average is moved right after the block of weights, while that is in the cache. Parameters that
// gradients do not change, such as the moving averages of batch normalization, have no average.
type Average struct {
	Optimizer
	params    []*nn.Param
	weight    float32 // of the weights in the average: 1 - momentum
	step      float64 // steps begun; a float64 as all counters
	overwrite int     // every so many steps the weights become their average; 0: never
	average   slots

	weightNow    float32 // weight, but 1 in the first step
	overwriteNow bool    // whether the weights become their average in this step
}

// NewAverage returns the optimizer o, which must not be Deferred, with an average of the parameters of one network. If
// overwrite is not 0, the weights become their average every so many steps.
func NewAverage(o Optimizer, params []*nn.Param, momentum float64, overwrite int) *Average {
	return &Average{
		Optimizer: o, params: params, weight: float32(1 - momentum), overwrite: overwrite,
		average: newSlots("average", params),
	}
}

// AverageOf returns the Average that o is or wraps, or nil if there is none.
func AverageOf(o Optimizer) *Average {
	for o != nil {
		if a, ok := o.(interface{ itself() *Average }); ok {
			return a.itself()
		}
		w, ok := o.(interface{ unwrap() Optimizer })
		if !ok {
			return nil
		}
		o = w.unwrap()
	}
	return nil
}

func (a *Average) itself() *Average { return a }

// Begin starts the next step.
func (a *Average) Begin(rate float64) {
	a.weightNow = a.weight
	if a.step == 0 {
		a.weightNow = 1
	}
	a.step++
	a.overwriteNow = a.overwrite > 0 && int(a.step)%a.overwrite == 0
	a.Optimizer.Begin(rate)
}

// Update updates a block of p, and then its average.
func (a *Average) Update(w *kernel.Worker, p *nn.Param, row, col int, g kernel.Matrix) {
	a.Optimizer.Update(w, p, row, col, g)
	a.move(w, p, row, col, g)
}

// move moves the average of a block of p of the size of g.
func (a *Average) move(w *kernel.Worker, p *nn.Param, row, col int, g kernel.Matrix) {
	average, weights := a.average.block(p, row, col, g.Rows, g.Cols), p.Value.Block(row, col, g.Rows, g.Cols)
	w.Lerp(average, weights, a.weightNow)
	if a.overwriteNow {
		eachRow(p, row, col, g, func(r int, w, _ []float32) { copy(w, a.average.row(p, r, col, g)) })
	}
}

// Swap exchanges the weights and their average, so that the average can be evaluated; a second Swap takes that back.
// Between the two there must be no step and no call of State. Before the first step Swap does nothing.
func (a *Average) Swap() {
	if a.step == 0 {
		return
	}
	for _, p := range a.params {
		if p.Fixed {
			continue
		}
		for r := range p.Value.Rows {
			weights, average := p.Value.Row(r), a.average.arrays[p.Index].Row(r)
			for c, v := range weights {
				weights[c], average[c] = average[c], v
			}
		}
	}
}

// State returns the optimizer's arrays and then the averages.
func (a *Average) State() []StateArray { return append(a.Optimizer.State(), state(a.average)...) }

func (a *Average) counters() counters { return counters{"average.step": &a.step} }

// Counters returns the optimizer's counters and the number of steps.
func (a *Average) Counters() map[string]float64 {
	values := a.counters().values()
	for name, v := range a.Optimizer.Counters() {
		values[name] = v
	}
	return values
}

// Restore sets the optimizer's counters and the number of steps.
func (a *Average) Restore(counters map[string]float64) error {
	if err := a.counters().check(counters); err != nil {
		return err
	}
	if err := a.Optimizer.Restore(counters); err != nil {
		return err
	}
	return a.counters().restore(counters)
}
