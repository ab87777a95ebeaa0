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

// Training that goes on from a copy of weights, state and counters gives the same bits as training that never stopped.
func TestOptimizersGoOn(t *testing.T) {
	arch := nn.Architecture{Input: 12, Loss: nn.CategoricalCrossentropy,
		Layers: nntest.LayerStacks()["normalized twice"]}
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
				t.Errorf("%s: array %d: wanted the name %s, found %s", spec.Name, i, state[i].Name, a.Name)
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
			t.Errorf("%+v: weights: wanted %s, found %s", spec, want, got)
		}
	}
}

// A gradient of NaN makes the weight NaN, or training that diverges would go unnoticed. The other weights stay finite,
// unless a norm scales all steps.
func TestNaNComesThroughOptimizers(t *testing.T) {
	for _, spec := range nntest.Optimizers() {
		k := kerasSteps{Shapes: [][]int{{3}}, Initial: [][]float32{{1, 2, 3}}}
		params := k.params()
		move(nntest.Worker(), nntest.NewOptimizer(t, spec)(params), params, 0.1, [][]float32{{0.5, nntest.NaN, 0}})
		got, scaled := params[0].Floats(), spec.ClipNorm+spec.GlobalClipNorm > 0 || spec.Name == "adafactor"
		if nntest.Finite(got[1]) || !scaled && !nntest.Finite(got[0]+got[2]) {
			t.Errorf("%+v: wanted NaN for the second weight and finite numbers for the others, found %v", spec, got)
		}
	}
}

// A step allocates nothing with any optimizer.
func TestOptimizersAllocateNothing(t *testing.T) {
	arch := nn.Architecture{Input: 30, Loss: nn.CategoricalCrossentropy,
		Layers: nntest.LayerStacks()["normalized before dropout"]}
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
		for range 20 { // chance decides which worker takes which task
			run()
		}
		if n := testing.AllocsPerRun(10, run); n != 0 {
			t.Errorf("%+v: wanted no allocation in a step, found %v", spec, n)
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
			t.Errorf("without %s: wanted an error that names it, found %v", name, err)
		}
		if got := fmt.Sprint(o.Counters()); got != want {
			t.Errorf("without %s: counters: wanted %s, found %s", name, want, got)
		}
	}
}
