package step

import (
	"fmt"
	"testing"

	"dnn/internal/nn"
	"dnn/internal/nn/batch"
	"dnn/internal/nn/kernel"
	"dnn/internal/nn/nntest"
	"dnn/internal/nn/optimizer"
)

// rotation is a transform that rotates a sample's bytes by a number of places that depends on the sample and the epoch.
type rotation struct{ epoch int }

func (x *rotation) Begin(epoch int) { x.epoch = epoch }

func (x *rotation) Apply(_ *kernel.Set, _ int, dst, src []uint8, sample int) {
	by := (7*sample + 3*x.epoch) % len(src)
	copy(dst[copy(dst, src[by:]):], src[:by])
}

// altered returns the samples as the transform makes them in an epoch.
func altered(s *batch.Samples, x batch.Transform, epoch int) *batch.Samples {
	out := *s
	out.Bytes = make([]uint8, len(s.Bytes))
	x.Begin(epoch)
	for i := range s.Count {
		x.Apply(nil, 0, out.Bytes[i*s.Features:][:s.Features], s.Bytes[i*s.Features:][:s.Features], i)
	}
	return &out
}

// Training with a transform gives the same as training on transformed samples, for any number of threads, also if the
// last step of an epoch announces the first batch of the next.
func TestTransform(t *testing.T) {
	const count, size, features = 45, 10, 130
	arch := nntest.Network(features, nn.CategoricalCrossentropy, nntest.Dense(20, "relu"), nntest.Dense(3, "softmax"))
	order := nntest.Counting(count)
	for _, form := range []string{"bytes, nonzero only", "bytes, all"} {
		s := nntest.Forms(nntest.RandomBytes(count, features, 3, 1))[form]
		var steps [2][]Result
		var weights [2]string
		run := func(i, threads int, x batch.Transform, wrap bool) {
			e := NewEngine(kernel.Available()[0], threads)
			defer e.Close()
			m := nntest.RandomModel(t, arch, 1)
			o := adam(m.Params())
			steps[i] = nil
			trainer := NewTrainer(e, m, o, s, size)
			if x != nil {
				if err := trainer.Transform(x); err != nil {
					t.Fatal(err)
				}
			}
			for epoch := 1; epoch <= 3; epoch++ {
				trainer.Begin(epoch)
				if x == nil {
					unaltered := nntest.Forms(nntest.RandomBytes(count, features, 3, 1))[form]
					*trainer.samples = *altered(unaltered, &rotation{}, epoch)
					trainer.packTried = false // pack the samples of this epoch
				}
				for at := 0; at < count; at += size {
					next := order[min(at+size, count):min(at+2*size, count)]
					if len(next) == 0 && wrap {
						next = order[:size]
					}
					o.Begin(0.01)
					steps[i] = append(steps[i], trainer.Step(order[at:min(at+size, count)], next))
				}
			}
			weights[i] = nntest.Digest(m)
		}
		run(0, 2, nil, false)
		s = nntest.Forms(nntest.RandomBytes(count, features, 3, 1))[form]
		for _, threads := range []int{1, 2, 3} {
			for _, wrap := range []bool{false, true} {
				run(1, threads, &rotation{}, wrap)
				what := fmt.Sprintf("%s, %d threads, announcing %t", form, threads, wrap)
				for i, want := range steps[0] {
					if steps[1][i] != want {
						t.Fatalf("%s: step %d: wanted %v, found %v", what, i+1, want, steps[1][i])
					}
				}
				if weights[1] != weights[0] {
					t.Errorf("%s: weights: wanted %s, found %s", what, weights[0], weights[1])
				}
			}
		}
	}
}

func TestTransformRefusesFloats(t *testing.T) {
	e := NewEngine(kernel.Available()[0], 1)
	defer e.Close()
	arch := nntest.Network(4, nn.CategoricalCrossentropy, nntest.Dense(3, "softmax"))
	trainer := NewTrainer(e, nntest.RandomModel(t, arch, 1), optimizer.NewSGD(), nntest.RandomFloats(10, 4, 3, 1), 5)
	const want = "wanted samples that are bytes, such as pixels; found numbers"
	if err := trainer.Transform(&rotation{}); err == nil || err.Error() != want {
		t.Errorf("wanted %s, found %v", want, err)
	}
}
