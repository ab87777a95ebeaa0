package optimizer

import (
	"dnn/internal/nn"
	"dnn/internal/nn/kernel"
)

// Average keeps an exponential moving average of the weights beside an optimizer (Polyak and Juditsky, 1992; Keras's
// use_ema): the first step's weights, and after every further one
//
//	a = momentum a + (1 - momentum) p
//
// A block of the average moves right after the block of weights, while that is in the cache. Parameters that gradients do
// not change, such as the moving averages of batch normalization, have none.
type Average struct {
	Optimizer
	params    []*nn.Param
	share     float32 // 1 - momentum
	step      float64 // steps begun; a float64 as all counters
	overwrite int     // every so many steps the weights become their average; 0: never
	average   slots

	now       float32 // the share in this step
	overwrote bool    // the weights become their average in this step
}

// NewAverage returns the optimizer o, which must not be Deferred, with an average of these parameters of one network. If
// overwrite is not 0, the weights become their average every so many steps.
func NewAverage(o Optimizer, params []*nn.Param, momentum float64, overwrite int) *Average {
	return &Average{Optimizer: o, params: params, share: float32(1 - momentum), overwrite: overwrite, average: newSlots("average", params)}
}

// AverageOf returns the average that an optimizer keeps, or nil if it keeps none.
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
	a.now = a.share
	if a.step == 0 {
		a.now = 1
	}
	a.step++
	a.overwrote = a.overwrite > 0 && int(a.step)%a.overwrite == 0
	a.Optimizer.Begin(rate)
}

// Update moves a block of p against its gradient, and its average after it.
func (a *Average) Update(w *kernel.Worker, p *nn.Param, row, col int, g kernel.Matrix) {
	a.Optimizer.Update(w, p, row, col, g)
	a.move(w, p, row, col, g)
}

// move moves the average of a block of weights the size of g.
func (a *Average) move(w *kernel.Worker, p *nn.Param, row, col int, g kernel.Matrix) {
	w.Lerp(a.average.from(p, row, col, g.Rows, g.Cols), p.Value.Block(row, col, g.Rows, g.Cols), a.now)
	if a.overwrote {
		eachRow(p, row, col, g, func(r int, w, _ []float32) { copy(w, a.average.row(p, r, col, g)) })
	}
}

// Swap exchanges the weights and their average, for an evaluation of the average; a second Swap takes it back. Between the
// two there must be no step, and State must not be called. Before the first step it does nothing.
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

// Counters returns the optimizer's and the number of steps.
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
