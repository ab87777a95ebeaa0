package step

import (
	"fmt"
	"math/rand/v2"
	"testing"
	"time"

	"dnn/internal/nn"
	"dnn/internal/nn/kernel"
	"dnn/internal/nn/nntest"
	"dnn/internal/nn/optimizer"
)

// runAnyhow runs a phase's jobs one by one in a random order that they allow, each on a random worker.
func runAnyhow(e *Engine, rng *rand.Rand, p phase) {
	if p.alone != nil {
		p.alone(&e.workers[0])
		return
	}
	done := make(map[*job]bool)
	for len(done) < len(p.jobs) {
		var ready []*job
		for _, j := range p.jobs {
			ok := !done[j]
			for _, before := range j.after {
				ok = ok && done[before]
			}
			if ok {
				ready = append(ready, j)
			}
		}
		j := ready[rng.IntN(len(ready))]
		j.run(&e.workers[rng.IntN(len(e.workers))])
		done[j] = true
	}
}

// A job waits for every job that it needs. That one is before it in the queue is not enough: another worker may take
// it.
func TestJobsNameWhatTheyNeed(t *testing.T) {
	plain := nntest.Network(200, nn.CategoricalCrossentropy, nntest.Dense(20, "relu"), nntest.Dense(3, "softmax"))
	large := nntest.Network(784, nn.CategoricalCrossentropy,
		nntest.Dense(20, "relu"), nntest.Dense(7, "relu"), nntest.Dense(3, "softmax"))
	byColumns := nn.Architecture{Input: 200, Loss: nn.CategoricalCrossentropy, Layers: []nn.LayerSpec{
		{Type: "dense", Name: "dense", Units: 20, Activation: "relu"},
		{Type: "batch_normalization", Name: "batch_normalization", Momentum: 0.99, Epsilon: 0.001},
		{Type: "dense", Name: "dense_1", Units: 3, Activation: "softmax"},
	}}
	adam, average, clipped := optimizer.Default("adam"), optimizer.Default("adamw"), optimizer.Default("adam")
	average.WeightDecay, average.UseEMA, average.EMAMomentum, average.EMAOverwriteFrequency = 0.1, true, 0.9, 2
	clipped.GlobalClipNorm = 0.1
	specs := []optimizer.Spec{adam, average, clipped, optimizer.Default("adafactor")}
	for a, arch := range []nn.Architecture{plain, large, byColumns} {
		for _, spec := range specs {
			for _, batch := range []int{1, 3, 9, 17, 40} {
				want := ""
				for _, threads := range []int{1, 2, 3, 4, 8} {
					got := trainAnyhow(t, threads, arch, nntest.NewOptimizer(t, spec), batch)
					if want == "" {
						want = got
					}
					if got != want {
						t.Errorf("network %d, %s, batches of %d, %d threads: weights: wanted %s, found %s",
							a, spec.Name, batch, threads, want, got)
					}
				}
			}
		}
	}
}

// trainAnyhow takes a few steps with runAnyhow, the last on a shorter batch, and returns the weights' digest.
func trainAnyhow(
	t *testing.T, threads int, arch nn.Architecture, optimizer func([]*nn.Param) optimizer.Optimizer, batch int,
) string {
	t.Helper()
	rng := rand.New(rand.NewPCG(uint64(threads), uint64(batch)))
	count := 3*batch + (batch+1)/2
	e := NewEngine(kernel.Available()[0], threads)
	defer e.Close()
	m := nntest.RandomModel(t, arch, 1)
	o := optimizer(m.Params())
	trainer := NewTrainer(e, m, o, nntest.RandomBytes(count, arch.Input, 3, 1), batch)
	order := nntest.Counting(count)
	for at := 0; at < count; at += batch {
		end := min(at+batch, count)
		o.Begin(0.01)
		trainer.beginStep(order[at:end], order[end:min(end+batch, count)])
		for _, p := range trainer.phases {
			runAnyhow(e, rng, p)
		}
		trainer.remember()
	}
	return nntest.Digest(m)
}

// The phases' times add up to no more than the steps took, also in the pipeline, whose updates follow without a
// barrier.
func TestPhaseSeconds(t *testing.T) {
	arch := nntest.Network(784, nn.CategoricalCrossentropy, nntest.Dense(20, "relu"), nntest.Dense(3, "softmax"))
	for _, threads := range []int{1, 2, 4} {
		for _, batch := range []int{1, 100} {
			t.Run(fmt.Sprintf("%d threads, batches of %d", threads, batch), func(t *testing.T) {
				e := NewEngine(kernel.Available()[0], threads)
				defer e.Close()
				m := nntest.RandomModel(t, arch, 1)
				o := adam(m.Params())
				trainer := NewTrainer(e, m, o, nntest.RandomBytes(2*batch, 784, 3, 1), batch)
				order := nntest.Counting(2 * batch)
				begun := time.Now()
				o.Begin(0.01)
				trainer.Step(order[:batch], order[batch:])
				o.Begin(0.01)
				trainer.Step(order[batch:], nil)
				took := time.Since(begun).Seconds()
				var sum float64
				for name, seconds := range trainer.PhaseSeconds() {
					if !(seconds > 0) {
						t.Errorf("%s: wanted a time above 0, found %g s", name, seconds)
					}
					sum += seconds
				}
				if sum > took {
					t.Errorf("wanted at most the %g s that the steps took, found phases of %g s", took, sum)
				}
			})
		}
	}
}
