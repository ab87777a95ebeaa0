package live

import (
	"testing"
	"time"

	"dnn/internal/history"
	"dnn/internal/modelfile"
	"dnn/internal/nn"
	"dnn/internal/nn/batch"
	"dnn/internal/nn/nntest"
	"dnn/internal/train"
)

// BenchmarkUnwatched measures what a page costs a run of the course's network as long as nobody looks on: one step, and the
// end of an epoch, which copies the weights.
func BenchmarkUnwatched(b *testing.B) {
	model, err := nn.New(nntest.Network(784, nn.CategoricalCrossentropy,
		nntest.Dense(100, "relu"), nntest.Dense(50, "relu"), nntest.Dense(10, "softmax")), 1)
	if err != nil {
		b.Fatal(err)
	}
	t := New(b.Context(), Options{Now: time.Now, Memory: 10 << 20})
	t.Attach(&train.Run{Model: model, Train: &batch.Samples{}, Now: time.Now}, &modelfile.Model{})
	b.Run("step", func(b *testing.B) {
		for b.Loop() {
			_ = t.stepEnd(train.Step{Step: 1})
		}
	})
	b.Run("epoch", func(b *testing.B) {
		epoch := 0
		for b.Loop() {
			epoch++
			_ = t.epochEnd(history.Epoch{Epoch: epoch})
		}
	})
}
