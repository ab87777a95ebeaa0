package step

import (
	"fmt"
	"math"
	"slices"
	"sync/atomic"
	"testing"

	"dnn/internal/nn"
	"dnn/internal/nn/kernel"
	"dnn/internal/nn/nntest"
	"dnn/internal/nn/optimizer"
)

// bell says stop once it has been asked left times.
type bell struct{ left atomic.Int64 }

func (b *bell) stop() bool { return b.left.Add(-1) < 0 }

// abandoning is a trainer whose steps can be abandoned although batches are small.
type abandoning struct {
	*Trainer
	o       optimizer.Optimizer
	bell    bell
	batches [][]int32
}

// step takes a step, which is abandoned if it asks more often than left.
func (a *abandoning) step(i int, left int64) Result {
	a.bell.left.Store(left)
	a.o.Begin(0.01)
	return a.Step(a.batches[i], a.batches[(i+1)%len(a.batches)])
}

// state is all that a step changes.
func (a *abandoning) state() string {
	var sum float64
	for _, array := range a.o.State() {
		for i, v := range array.Floats() {
			sum += float64(v) * float64(i+1)
		}
	}
	return fmt.Sprintln(nntest.Digest(a.model), sum, a.o.Counters(), a.pass)
}

// A step that is abandoned, at any point, leaves everything as it was. Taken again, it gives the same as a step that
// cannot be abandoned.
func TestAbandonedSteps(t *testing.T) {
	const features, batch, never = 130, 64, math.MaxInt64
	normalized := nn.Architecture{Input: features, Loss: nn.CategoricalCrossentropy, Layers: []nn.LayerSpec{
		{Type: "dense", Name: "dense", Units: 70, Activation: "relu", L2: 0.01},
		{Type: "batch_normalization", Name: "batch_normalization", Momentum: 0.9, Epsilon: 0.001},
		{Type: "dropout", Name: "dropout", Rate: 0.5},
		{Type: "dense", Name: "dense_1", Units: 4, Activation: "softmax"},
	}}
	plain := nntest.Network(features, nn.CategoricalCrossentropy,
		nntest.Dense(70, "relu"), nntest.Dense(33, "tanh"), nntest.Dense(4, "softmax"))
	adamSpec, average, clipped := optimizer.Default("adam"), optimizer.Default("adam"), optimizer.Default("adam")
	adafactor := optimizer.Default("adafactor")
	average.UseEMA, average.EMAMomentum, average.EMAOverwriteFrequency = true, 0.9, 2
	clipped.GlobalClipNorm = 0.1
	adafactor.WeightDecay, adafactor.UseEMA, adafactor.EMAMomentum = 0.1, true, 0.9
	for _, c := range []struct {
		name string
		arch nn.Architecture
		spec optimizer.Spec
		add  func(*Trainer) error
	}{
		{"plain", plain, adamSpec, nil},
		{"normalized, average", normalized, average, nil},
		{"clipped", plain, clipped, nil},
		{"adafactor", plain, adafactor, nil},
		{"augmented", plain, adamSpec, func(t *Trainer) error { return t.Transform(&rotation{}) }},
		{"distilled", plain, average, func(x *Trainer) error {
			return x.Distill(Distillation{Teachers: tutors(t, features), Temperature: 2, Weight: 0.5})
		}},
	} {
		for form, s := range nntest.Forms(nntest.RandomBytes(3*batch, features, 4, 1)) {
			if form == "floats" && c.name == "augmented" {
				continue // a transform refuses floats
			}
			for _, threads := range []int{1, 2, 4} {
				t.Run(fmt.Sprintf("%s/%s/%d threads", c.name, form, threads), func(t *testing.T) {
					e := NewEngine(kernel.Available()[0], threads)
					defer e.Close()
					begin := func(abandons bool) *abandoning {
						m := nntest.RandomModel(t, c.arch, 1)
						a := &abandoning{
							o:       nntest.NewOptimizer(t, c.spec)(m.Params()),
							batches: slices.Collect(slices.Chunk(nntest.Counting(3*batch), batch)),
						}
						a.Trainer = NewTrainer(e, m, a.o, s, batch)
						if c.add != nil {
							if err := c.add(a.Trainer); err != nil {
								t.Fatal(err)
							}
						}
						if abandons && !a.stopIf(a.bell.stop) {
							t.Fatal("wanted steps that can be abandoned, found others")
						}
						a.Begin(1)
						return a
					}
					stride := int64(max(1, threads-1)) // fewer trials if there may be more threads than cores
					if testing.Short() {
						stride *= 11
					}
					through := begin(false)
					results := []Result{through.step(0, never), through.step(1, never), through.step(2, never)}
					want := through.state()

					for asked := int64(0); ; asked += stride {
						a := begin(true)
						results := slices.Clone(results)
						if got := a.step(0, never); got != results[0] {
							t.Fatalf("first step: wanted %v, found %v", results[0], got)
						}
						before, counters := a.state(), a.o.Counters()
						got := a.step(1, asked)
						completed := got.Count > 0
						if !completed {
							if err := a.o.Restore(counters); err != nil {
								t.Fatal(err)
							}
							if after := a.state(); after != before {
								t.Fatalf("abandoned after %d questions: wanted %s, found %s", asked, before, after)
							}
							got = a.step(1, never)
						}
						if last := a.step(2, never); got != results[1] || last != results[2] || a.state() != want {
							t.Fatalf("abandoned after %d questions: wanted %v and %v, %s, found %v and %v, %s",
								asked, results[1], results[2], want, got, last, a.state())
						}
						if completed {
							if asked < 10 {
								t.Errorf("wanted at least 10 questions in a step, found %d", asked)
							}
							return
						}
					}
				})
			}
		}
	}
}

// Steps of few samples, or through few weights, are not abandoned, and keep no gradients.
func TestShortStepsAreNotAbandoned(t *testing.T) {
	small := nntest.Network(10, nn.CategoricalCrossentropy, nntest.Dense(8, "relu"), nntest.Dense(2, "softmax"))
	large := nntest.Network(10, nn.CategoricalCrossentropy, nntest.Dense(30_000, "relu"), nntest.Dense(2, "softmax"))
	for _, c := range []struct {
		arch  nn.Architecture
		batch int
		want  bool
	}{{small, 2000, false}, {large, 1000, false}, {large, 2000, true}} {
		e := NewEngine(kernel.Available()[0], 1)
		m := nntest.RandomModel(t, c.arch, 1)
		trainer := NewTrainer(e, m, optimizer.NewSGD(), nntest.RandomBytes(2000, 10, 2, 1), c.batch)
		got := trainer.StopIf(func() bool { return true })
		if _, isHeld := trainer.updater.(optimizer.Deferred); got != c.want || isHeld != c.want {
			t.Errorf("%v, batches of %d: wanted %t, found that a step can be abandoned: %t, keeps gradients: %t",
				c.arch, c.batch, c.want, got, isHeld)
		}
		e.Close()
	}
}
