package optimizer_test

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"dnn/internal/nn"
	"dnn/internal/nn/kernel"
	"dnn/internal/nn/nntest"
	"dnn/internal/nn/optimizer"
	"dnn/internal/nn/step"
)

// Training that goes on from a copy of weights, state and counters ends with the bits of training that never stopped.
func TestOptimizersGoOn(t *testing.T) {
	arch := nn.Architecture{Input: 12, Loss: nn.CategoricalCrossentropy, Layers: nntest.LayerStacks()["normalized twice"]}
	s, order := nntest.RandomFloats(60, 12, 3, 1), nntest.Counting(60)
	e := step.NewEngine(kernel.Available()[0], 2)
	defer e.Close()
	for _, spec := range nntest.Optimizers() {
		build := func() (*nn.Sequential, optimizer.Optimizer, *step.Trainer) {
			m := nntest.RandomModel(t, arch, 1)
			o := nntest.NewOptimizer(t, spec)(m.Params())
			return m, o, step.NewTrainer(e, m, o, s, 10)
		}
		steps := func(o optimizer.Optimizer, trainer *step.Trainer, from, to int) {
			for i := from; i < to; i++ {
				o.Begin(0.01)
				trainer.Step(order[10*i:10*i+10], nil)
			}
		}
		end := func(m *nn.Sequential, o optimizer.Optimizer) string {
			if a := optimizer.AverageOf(o); a != nil {
				a.Swap()
			}
			return nntest.Digest(m)
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

// A gradient that is no number makes the weight none, or a training that diverges would go on unseen. Others stay finite, but
// where a norm of all scales their steps.
func TestNaNComesThroughOptimizers(t *testing.T) {
	for _, spec := range nntest.Optimizers() {
		k := kerasSteps{Shapes: [][]int{{3}}, Initial: [][]float32{{1, 2, 3}}}
		params := k.params()
		move(nntest.Worker(), nntest.NewOptimizer(t, spec)(params), params, 0.1, [][]float32{{0.5, nntest.NaN, 0}})
		if got := params[0].Floats(); nntest.Finite(got[1]) || spec.ClipNorm+spec.GlobalClipNorm == 0 && spec.Name != "adafactor" && !nntest.Finite(got[0]+got[2]) {
			t.Errorf("%+v: weights %v", spec, got)
		}
	}
}

// A step allocates nothing, whatever the optimizer and the layers.
func TestOptimizersAllocateNothing(t *testing.T) {
	arch := nn.Architecture{Input: 30, Loss: nn.CategoricalCrossentropy, Layers: nntest.LayerStacks()["normalized before dropout"]}
	s, order := nntest.RandomBytes(20, 30, 3, 1), nntest.Counting(20)
	e := step.NewEngine(kernel.Available()[0], 2)
	defer e.Close()
	for _, spec := range nntest.Optimizers() {
		m := nntest.RandomModel(t, arch, 1)
		o := nntest.NewOptimizer(t, spec)(m.Params())
		trainer := step.NewTrainer(e, m, o, s, 20)
		run := func() {
			o.Begin(0.01)
			trainer.Step(order, order)
			if a := optimizer.AverageOf(o); a != nil {
				a.Swap()
				a.Swap()
			}
		}
		for range 20 { // which worker takes which task is up to the scheduler
			run()
		}
		if n := testing.AllocsPerRun(10, run); n != 0 {
			t.Errorf("%+v: a step allocates %v times", spec, n)
		}
	}
}

func TestRestoreWithoutCounter(t *testing.T) {
	spec := optimizer.Default("nadam")
	spec.UseEMA = true
	o := nntest.NewOptimizer(t, spec)(nil)
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
