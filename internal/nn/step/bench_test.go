package step

import (
	"fmt"
	"testing"

	"dnn/internal/nn"
	"dnn/internal/nn/batch"
	"dnn/internal/nn/kernel"
	"dnn/internal/nn/nntest"
)

// BenchmarkEvaluate evaluates networks on few samples and on as many as MNIST has for tests.
func BenchmarkEvaluate(b *testing.B) {
	for _, hidden := range [][]int{{100, 50}, {1000, 500}, {2048, 2048, 2048}} {
		var layers []nn.LayerSpec
		for _, units := range hidden {
			layers = append(layers, nntest.Dense(units, "relu"))
		}
		arch := nntest.Network(784, nn.CategoricalCrossentropy, append(layers, nntest.Dense(10, "softmax"))...)
		m, err := nn.New(arch, 1)
		if err != nil {
			b.Fatal(err)
		}
		all := nntest.RandomBytes(10_000, arch.Input, 10, 1)
		for _, count := range []int{1, 100, 10_000} {
			for _, threads := range []int{1, 2} {
				b.Run(fmt.Sprintf("%v/%d/threads=%d", hidden, count, threads), func(b *testing.B) {
					e := NewEngine(kernel.Available()[0], threads)
					defer e.Close()
					samples := &batch.Samples{Count: count, Features: all.Features, Table: all.Table,
						Bytes: all.Bytes[:count*all.Features], Labels: all.Labels[:count]}
					v := NewEvaluator(e, m, samples)
					for b.Loop() {
						v.Evaluate()
					}
					b.ReportMetric(float64(count)*float64(b.N)/b.Elapsed().Seconds(), "images/s")
				})
			}
		}
	}
}
