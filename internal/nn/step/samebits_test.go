package step

import (
	"fmt"
	"math"
	"slices"
	"testing"

	"dnn/internal/nn"
	"dnn/internal/nn/batch"
	"dnn/internal/nn/kernel"
	"dnn/internal/nn/nntest"
	"dnn/internal/nn/optimizer"
)

func TestFormsAreWhatTheySay(t *testing.T) {
	all := nntest.Forms(nntest.RandomBytes(20, 50, 2, 1))
	for name, want := range map[string]bool{"bytes, nonzero only": true, "bytes, all": false, "floats": false} {
		if got := all[name].Sparse(); got != want {
			t.Errorf("%s: sparse: wanted %t, found %t", name, want, got)
		}
	}
}

// outcome is the result of a run.
type outcome struct {
	weights string // their digest
	steps   []Result
	loss    []float32 // of each sample, in an evaluation afterwards
	class   []uint8
	all     Result // of the evaluation; zero if the samples are more than were trained on
}

// train takes three steps on the first count samples, the last on a shorter batch, and evaluates these samples.
func train(
	t *testing.T, set *kernel.Set, threads int, arch nn.Architecture,
	optimizer func([]*nn.Param) optimizer.Optimizer, s *batch.Samples, count, batch int,
) outcome {
	t.Helper()
	e := NewEngine(set, threads)
	defer e.Close()
	m := nntest.RandomModel(t, arch, 1)
	o := optimizer(m.Params())
	trainer := NewTrainer(e, m, o, s, batch)
	order := nntest.Counting(count)
	slices.Reverse(order)
	var out outcome
	for at := 0; at < count; at += batch {
		end := min(at+batch, count)
		o.Begin(0.01)
		trainer.tempo.Alone = threads > 2 && at/batch%2 == 1 // which changes in the midst of a run
		out.steps = append(out.steps, trainer.Step(order[at:end], order[end:min(end+batch, count)]))
	}
	out.weights = nntest.Digest(m)
	v := NewEvaluator(e, m, s)
	all := v.Evaluate()
	out.loss, out.class = v.loss[:count], v.Predicted()[:count]
	if all.Count == count {
		out.all = all
	}
	return out
}

func adam(params []*nn.Param) optimizer.Optimizer { return optimizer.NewAdam(params, 0.9, 0.999, 1e-7) }
func sgd([]*nn.Param) optimizer.Optimizer         { return optimizer.NewSGD() }

// The same seed gives the same bits for any number of threads, any instruction set and any form of the samples.
func TestSameBits(t *testing.T) {
	cases := []struct {
		features, units, batch int
		activation             string
		optimizer              func([]*nn.Param) optimizer.Optimizer
		long                   bool
	}{
		{1, 1, 1, "relu", adam, false},
		{1, 17, 7, "tanh", adam, false},
		{13, 10, 100, "relu", sgd, false},
		{13, 129, 7, "softmax", adam, false},
		{13, 100, 1, "relu", adam, false},
		{50, 17, 7, "relu", sgd, false},
		{130, 100, 7, "sigmoid", adam, false},
		{130, 17, 100, "relu", adam, false},
		{130, 129, 7, "linear", sgd, false},
		{784, 10, 1, "relu", adam, false},
		{784, 1, 7, "relu", adam, false},
		{784, 129, 7, "relu", sgd, true},
		{784, 100, 100, "relu", adam, true},
		{40, 100, 200, "relu", adam, true}, // AVX2 cuts such a batch into pieces
		{40, 100, 200, "relu", sgd, true},
	}
	for _, c := range cases {
		t.Run(fmt.Sprintf("%d-%d/batch %d", c.features, c.units, c.batch), func(t *testing.T) {
			if c.long && testing.Short() {
				t.Skip("long")
			}
			arch := nntest.Network(c.features, nn.CategoricalCrossentropy,
				nntest.Dense(c.units, c.activation), nntest.Dense(33, "relu"), nntest.Dense(10, "softmax"))
			count := 2*c.batch + (c.batch+1)/2
			var want outcome
			for name, s := range nntest.Forms(nntest.RandomBytes(count, c.features, 10, 1)) {
				for _, set := range kernel.Available() {
					for _, threads := range []int{1, 2, 3, 4, 7} {
						if c.long && set.Name == "generic" && threads > 2 {
							continue
						}
						got := train(t, set, threads, arch, c.optimizer, s, count, c.batch)
						if want.weights == "" {
							want = got
						}
						compare(t, fmt.Sprintf("%s, %s, %d threads", name, set.Name, threads), got, want)
					}
				}
			}
		})
	}
}

// The same bits if the optimizer's step is part of the first layer's gradient, also with weight decay and an average
// around it, in a layer wide enough for several blocks.
func TestSameBitsOfFusedSteps(t *testing.T) {
	arch := nntest.Network(200, nn.CategoricalCrossentropy, nntest.Dense(257, "relu"), nntest.Dense(3, "softmax"))
	s := nntest.RandomBytes(25, 200, 3, 1)
	with := func(name string, decay float64, change func(*optimizer.Spec)) optimizer.Spec {
		spec := optimizer.Default(name)
		spec.WeightDecay, spec.EMAMomentum = decay, 0.9
		change(&spec)
		return spec
	}
	for _, spec := range []optimizer.Spec{
		with("adam", 0, func(*optimizer.Spec) {}),
		with("adamw", 0.1, func(*optimizer.Spec) {}),
		with("adam", 0, func(s *optimizer.Spec) { s.UseEMA = true }),
		with("adamw", 0.1, func(s *optimizer.Spec) { s.UseEMA = true }),
		with("adamw", 0.1, func(s *optimizer.Spec) { s.UseEMA, s.EMAOverwriteFrequency = true, 2 }),
		with("adam", 0.1, func(s *optimizer.Spec) { s.Rule.(*optimizer.AdamRule).AMSGrad = true }),
	} {
		var want outcome
		for name, samples := range nntest.Forms(s) {
			for _, set := range kernel.Available() {
				for _, threads := range []int{1, 2, 3} {
					got := train(t, set, threads, arch, nntest.NewOptimizer(t, spec), samples, 25, 10)
					if want.weights == "" {
						want = got
					}
					compare(t, fmt.Sprintf("%+v, %s, %s, %d threads", spec, name, set.Name, threads), got, want)
				}
			}
		}
	}
}

// The same bits if a batch is cut into pieces, as AVX2 does with one of 200 samples and a layer of this width, when the
// optimizer passes over blocks of the kernel more than once.
func TestSameBitsOfPieces(t *testing.T) {
	arch := nntest.Network(50, nn.CategoricalCrossentropy, nntest.Dense(110, "relu"), nntest.Dense(3, "softmax"))
	s := nntest.RandomBytes(430, 50, 3, 1)
	spec := optimizer.Default("adamw")
	spec.WeightDecay, spec.UseEMA, spec.EMAMomentum = 0.1, true, 0.9
	sameEverywhere(t, arch, spec, s, 430, 200)
}

// sameEverywhere trains with each instruction set and with several numbers of threads.
func sameEverywhere(t *testing.T, arch nn.Architecture, spec optimizer.Spec, s *batch.Samples, count, batch int) {
	t.Helper()
	var want outcome
	for _, set := range kernel.Available() {
		for _, threads := range []int{1, 2, 3, 5} {
			got := train(t, set, threads, arch, nntest.NewOptimizer(t, spec), s, count, batch)
			if want.weights == "" {
				want = got
			}
			compare(t, fmt.Sprintf("%+v, %s, %d threads", spec, set.Name, threads), got, want)
		}
	}
}

// The same bits if workers share out the columns of wide layers, whatever lies between these.
func TestSameBitsOfWideLayers(t *testing.T) {
	arch := nntest.Network(30, nn.CategoricalCrossentropy, nntest.Dense(650, "relu"), nntest.Dense(420, "tanh"),
		nntest.Dense(400, "gelu"), nntest.Dense(390, "softmax"), nntest.Dense(350, "relu"), nntest.Dense(3, "softmax"))
	normalization := nn.LayerSpec{Type: "batch_normalization", Momentum: 0.9, Epsilon: 1e-3}
	dropout := nn.LayerSpec{Type: "dropout", Rate: 0.3}
	normalization.Name, dropout.Name = "normalization", "dropout"
	arch.Layers = slices.Insert(arch.Layers, 2, normalization)
	arch.Layers = slices.Insert(arch.Layers, 4, dropout)
	for _, count := range []int{3, 70} {
		s := nntest.RandomBytes(count, 30, 3, 1)
		var want outcome
		for _, set := range kernel.Available() {
			for _, threads := range []int{1, 2, 3, 5} {
				if set.Name == "generic" && threads != 2 {
					continue
				}
				got := train(t, set, threads, arch, adam, s, count, (count+1)/2)
				if want.weights == "" {
					want = got
				}
				compare(t, fmt.Sprintf("%d samples, %s, %d threads", count, set.Name, threads), got, want)
			}
		}
	}
}

// compare fails the test at the first difference, since many others would follow from it.
func compare(t *testing.T, name string, got, want outcome) {
	t.Helper()
	for i := range want.steps {
		if got.steps[i] != want.steps[i] {
			t.Fatalf("%s: step %d: wanted %v, found %v", name, i+1, want.steps[i], got.steps[i])
		}
	}
	if got.weights != want.weights {
		t.Fatalf("%s: weights: wanted %s, found %s", name, want.weights, got.weights)
	}
	for i := range want.loss {
		if math.Float32bits(got.loss[i]) != math.Float32bits(want.loss[i]) || got.class[i] != want.class[i] {
			t.Fatalf("%s: evaluation of sample %d: wanted loss %v and class %d, found %v and %d",
				name, i, want.loss[i], want.class[i], got.loss[i], got.class[i])
		}
	}
	if got.all.Count > 0 && want.all.Count > 0 && got.all != want.all {
		t.Fatalf("%s: evaluation: wanted %v, found %v", name, want.all, got.all)
	}
}

// The weights of the course's network after three steps, so that a change of the numbers is noticed, on any system. If
// the change is intended, put the new digest here and say so in the change log: seeds then give other models.
func TestGoldenWeights(t *testing.T) {
	const want = "410531ec4a475065"
	arch := nntest.Network(784, nn.CategoricalCrossentropy,
		nntest.Dense(100, "relu"), nntest.Dense(50, "relu"), nntest.Dense(10, "softmax"))
	got := train(t, kernel.Available()[0], 2, arch, adam, nntest.RandomBytes(250, 784, 10, 1), 250, 100)
	if got.weights != want {
		t.Errorf("weights: wanted %s, found %s", want, got.weights)
	}
}

// A batch that was loaded ahead gives the same as one that was not, also if another batch follows than was announced.
func TestLoadingAhead(t *testing.T) {
	arch := nntest.Network(30, nn.CategoricalCrossentropy, nntest.Dense(20, "relu"), nntest.Dense(3, "softmax"))
	s := nntest.RandomBytes(40, 30, 3, 1)
	order := nntest.Counting(40)
	run := func(next func(at int) []int32) string {
		e := NewEngine(kernel.Available()[0], 2)
		defer e.Close()
		m := nntest.RandomModel(t, arch, 1)
		o := adam(m.Params())
		trainer := NewTrainer(e, m, o, s, 10)
		for at := 0; at < 40; at += 10 {
			o.Begin(0.01)
			trainer.Step(order[at:at+10], next(at))
		}
		return nntest.Digest(m)
	}
	want := run(func(int) []int32 { return nil })
	if got := run(func(at int) []int32 { return order[at+10 : min(at+20, 40)] }); got != want {
		t.Errorf("loaded ahead: weights: wanted %s, found %s", want, got)
	}
	if got := run(func(int) []int32 { return order[3:7] }); got != want {
		t.Errorf("another batch loaded ahead: weights: wanted %s, found %s", want, got)
	}
}

// A step and an evaluation allocate nothing once every worker has seen the largest blocks.
func TestNoAllocation(t *testing.T) {
	arch := nntest.Network(130, nn.CategoricalCrossentropy,
		nntest.Dense(100, "relu"), nntest.Dense(17, "tanh"), nntest.Dense(10, "softmax"))
	order := nntest.Counting(80)
	for name, s := range nntest.Forms(nntest.RandomBytes(300, 130, 10, 1)) {
		for _, threads := range []int{1, 3} {
			t.Run(fmt.Sprintf("%s/%d threads", name, threads), func(t *testing.T) {
				e := NewEngine(kernel.Available()[0], threads)
				defer e.Close()
				m := nntest.RandomModel(t, arch, 1)
				o := adam(m.Params())
				trainer, v := NewTrainer(e, m, o, s, 40), NewEvaluator(e, m, s)
				step := func() {
					o.Begin(0.01)
					trainer.Step(order[:40], order[40:])
					trainer.Step(order[40:], order[:40])
				}
				evaluate := func() { v.Evaluate() }
				for range 20 { // chance decides which worker takes which task
					step()
					evaluate()
				}
				if n := testing.AllocsPerRun(10, step); n != 0 {
					t.Errorf("wanted no allocation in a step, found %v", n)
				}
				if n := testing.AllocsPerRun(10, evaluate); n != 0 {
					t.Errorf("wanted no allocation in an evaluation, found %v", n)
				}
			})
		}
	}
}

// The same bits for any number of threads and any instruction set, with every optimizer.
func TestSameBitsOfOptimizers(t *testing.T) {
	arch := nn.Architecture{Input: 30, Loss: nn.CategoricalCrossentropy,
		Layers: nntest.LayerStacks()["dropout before normalized"]}
	s := nntest.RandomBytes(25, 30, 3, 1)
	for _, spec := range nntest.Optimizers() {
		sameEverywhere(t, arch, spec, s, 25, 10)
	}
}
