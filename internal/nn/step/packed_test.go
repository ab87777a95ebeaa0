package step

import (
	"runtime"
	"testing"

	"dnn/internal/nn"
	"dnn/internal/nn/kernel"
	"dnn/internal/nn/nntest"
)

// Samples that are read once are not packed, unless others share them. Weights are the same in any case.
func TestReadTimes(t *testing.T) {
	const features, count, batch = 784, 400, 20
	arch := nntest.Network(features, nn.CategoricalCrossentropy, nntest.Dense(5, "relu"), nntest.Dense(3, "softmax"))
	order := nntest.Counting(count)
	for _, set := range kernel.Available() {
		if !set.Packs() {
			continue
		}
		run := func(once, shared bool) (weights string, packs bool) {
			samples := nntest.RandomBytes(count, features, 3, 1)
			if shared {
				samples.Share()
			}
			e := NewEngine(set, 1)
			defer e.Close()
			m := nntest.RandomModel(t, arch, 1)
			o := adam(m.Params())
			trainer := NewTrainer(e, m, o, samples, batch)
			if once {
				trainer.ReadTimes(1)
			}
			for at := 0; at < count; at += batch {
				o.Begin(0.01)
				before := allocated()
				trainer.Step(order[at:at+batch], nil)
				packs = packs || allocated()-before > count*features
			}
			return nntest.Digest(m), packs
		}
		want, packs := run(false, false)
		if !packs {
			t.Errorf("%s: samples that are read often: wanted them packed, found that they are not", set.Name)
		}
		for shared, wantPacks := range map[bool]bool{false: false, true: true} {
			if got, packs := run(true, shared); got != want || packs != wantPacks {
				t.Errorf("%s: samples that are read once, shared: %t: wanted weights %s, packed: %t; found %s, %t",
					set.Name, shared, want, wantPacks, got, packs)
			}
		}
	}
}

// allocated returns how many bytes were allocated so far.
func allocated() uint64 {
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return m.TotalAlloc
}
