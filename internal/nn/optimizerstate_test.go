package nn

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"dnn/internal/nn/kernel"
)

// someOptimizers are specs that between them have every kind of state.
func someOptimizers() []OptimizerSpec {
	var all []OptimizerSpec
	for _, name := range Optimizers() {
		all = append(all, DefaultOptimizer(name))
	}
	with := func(name string, change func(*OptimizerSpec)) {
		spec := DefaultOptimizer(name)
		change(&spec)
		all = append(all, spec)
	}
	with("sgd", func(s *OptimizerSpec) { s.Momentum, s.Nesterov = 0.9, true })
	with("rmsprop", func(s *OptimizerSpec) { s.Momentum, s.Centered = 0.5, true })
	with("adam", func(s *OptimizerSpec) { s.AMSGrad, s.WeightDecay = true, 0.1 })
	with("adam", func(s *OptimizerSpec) { s.ClipValue = 0.01 })
	with("adamw", func(s *OptimizerSpec) { s.ClipNorm, s.UseEMA = 0.1, true })
	with("nadam", func(s *OptimizerSpec) { s.GlobalClipNorm, s.UseEMA, s.EMAOverwriteFrequency = 0.1, true, 2 })
	return all
}

func newOptimizer(t *testing.T, spec OptimizerSpec) func([]*Param) Optimizer {
	return func(params []*Param) Optimizer {
		o, err := NewOptimizer(spec, params)
		if err != nil {
			t.Fatal(err)
		}
		return o
	}
}

// The same bits for any number of threads and any instruction set, with every optimizer.
func TestSameBitsOfOptimizers(t *testing.T) {
	arch := Architecture{Input: 30, Loss: categoricalName, Layers: layerStacks()["dropout before normalized"]}
	s := randomBytes(25, 30, 3, 1)
	for _, spec := range someOptimizers() {
		var want outcome
		for _, set := range kernel.Available() {
			for _, threads := range []int{1, 2, 5} {
				got := train(t, set, threads, arch, newOptimizer(t, spec), s, 25, 10)
				if want.weights == "" {
					want = got
				}
				compare(t, fmt.Sprintf("%+v, %s, %d threads", spec, set.Name, threads), got, want)
			}
		}
	}
}

// Training that goes on from a copy of weights, state and counters ends with the bits of training that never stopped.
func TestOptimizersGoOn(t *testing.T) {
	arch := Architecture{Input: 12, Loss: categoricalName, Layers: layerStacks()["normalized twice"]}
	s, order := randomFloats(60, 12, 3, 1), counting(60)
	e := NewEngine(kernel.Available()[0], 2)
	defer e.Close()
	for _, spec := range someOptimizers() {
		build := func() (*Sequential, Optimizer, *Trainer) {
			m := randomModel(t, arch, 1)
			o := newOptimizer(t, spec)(m.Params())
			return m, o, NewTrainer(e, m, o, s, 10)
		}
		steps := func(o Optimizer, trainer *Trainer, from, to int) {
			for i := from; i < to; i++ {
				o.Begin(0.01)
				trainer.Step(order[10*i:10*i+10], nil)
			}
		}
		end := func(m *Sequential, o Optimizer) string {
			if a := AverageOf(o); a != nil {
				a.Swap()
			}
			return digest(m)
		}
		m, o, trainer := build()
		steps(o, trainer, 0, 3)
		m2, o2, trainer2 := build()
		m2.Restore(m.Snapshot(nil))
		state := o.State()
		names := map[string]bool{}
		for i, a := range o2.State() {
			if a.Name != state[i].Name || names[a.Name] || !strings.Contains(a.Name, ".") {
				t.Errorf("%s: array %d is called %s and %s", spec.Name, i, a.Name, state[i].Name)
			}
			names[a.Name] = true
			a.SetFloats(state[i].Floats())
		}
		text, err := json.Marshal(o.Counters())
		if err != nil {
			t.Fatal(err)
		}
		var counters map[string]float64
		if err := json.Unmarshal(text, &counters); err != nil {
			t.Fatal(err)
		}
		if err := o2.Restore(counters); err != nil {
			t.Fatal(err)
		}
		steps(o, trainer, 3, 6)
		steps(o2, trainer2, 3, 6)
		if got, want := end(m2, o2), end(m, o); got != want {
			t.Errorf("%+v: weights %s after going on, want %s", spec, got, want)
		}
	}
}

// A gradient that is no number makes the weight none, or a training that diverges would go on unseen.
func TestNaNComesThroughOptimizers(t *testing.T) {
	for _, spec := range someOptimizers() {
		k := kerasSteps{Shapes: [][]int{{3}}, Initial: [][]float32{{1, 2, 3}}}
		params := k.params()
		step(kernelWorker(), newOptimizer(t, spec)(params), params, 0.1, [][]float32{{0.5, nan, 0}})
		if got := params[0].Floats(); finite(got[1]) || spec.ClipNorm+spec.GlobalClipNorm == 0 && !finite(got[0]+got[2]) {
			t.Errorf("%+v: weights %v", spec, got)
		}
	}
}

// A step allocates nothing, whatever the optimizer and the layers.
func TestOptimizersAllocateNothing(t *testing.T) {
	arch := Architecture{Input: 30, Loss: categoricalName, Layers: layerStacks()["normalized before dropout"]}
	s, order := randomBytes(20, 30, 3, 1), counting(20)
	e := NewEngine(kernel.Available()[0], 2)
	defer e.Close()
	for _, spec := range someOptimizers() {
		m := randomModel(t, arch, 1)
		o := newOptimizer(t, spec)(m.Params())
		trainer := NewTrainer(e, m, o, s, 20)
		step := func() {
			o.Begin(0.01)
			trainer.Step(order, order)
			if a := AverageOf(o); a != nil {
				a.Swap()
				a.Swap()
			}
		}
		for range 20 { // which worker takes which task is up to the scheduler
			step()
		}
		if n := testing.AllocsPerRun(10, step); n != 0 {
			t.Errorf("%+v: a step allocates %v times", spec, n)
		}
	}
}

func TestRestoreWithoutCounter(t *testing.T) {
	spec := DefaultOptimizer("nadam")
	spec.UseEMA = true
	o := newOptimizer(t, spec)(nil)
	o.Begin(0.1)
	want := fmt.Sprint(o.Counters())
	for name := range o.Counters() {
		counters := o.Counters()
		delete(counters, name)
		for other := range counters {
			counters[other] = 0.25
		}
		if err := o.Restore(counters); err == nil || !strings.Contains(err.Error(), name) {
			t.Errorf("without %s: %v", name, err)
		}
		if got := fmt.Sprint(o.Counters()); got != want {
			t.Errorf("without %s: the counters became %s, want %s", name, got, want)
		}
	}
}
