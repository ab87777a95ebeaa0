package augment

import (
	"testing"

	"dnn/internal/nn"
	"dnn/internal/nn/batch"
	"dnn/internal/nn/kernel"
	"dnn/internal/nn/optimizer"
	"dnn/internal/nn/step"
)

// BenchmarkEpoch is 4,800 images of MNIST's size through a network of 784-100-50-10 on two threads, as they are and
// distorted on their way.
func BenchmarkEpoch(b *testing.B) {
	const images, size, threads = 4800, 100, 2
	samples := &batch.Samples{Count: images, Features: 784, Bytes: strokes(images, 28, 28), Table: batch.PixelTable(),
		Labels: make([]uint8, images)}
	order := make([]int32, images)
	for i := range order {
		order[i], samples.Labels[i] = int32(i), uint8(i%10)
	}
	var arch nn.Architecture
	arch.Input, arch.Loss = 784, "categorical_crossentropy"
	for i, name := range []string{"dense", "dense_1", "dense_2"} {
		arch.Layers = append(arch.Layers, nn.LayerSpec{Type: "dense", Name: name, Units: []int{100, 50, 10}[i],
			Activation: []string{"relu", "relu", "softmax"}[i]})
	}
	for _, distorted := range []bool{false, true} {
		name := map[bool]string{false: "plain", true: "distorted"}[distorted]
		b.Run(name, func(b *testing.B) {
			e := step.NewEngine(kernel.Available()[0], threads)
			defer e.Close()
			m, err := nn.New(arch, 1)
			if err != nil {
				b.Fatal(err)
			}
			adam := optimizer.NewAdam(m.Params(), 0.9, 0.999, 1e-7)
			trainer := step.NewTrainer(e, m, adam, samples, size)
			if distorted {
				if err := trainer.Transform(New(all, 28, 28, 1, threads)); err != nil {
					b.Fatal(err)
				}
			}
			for epoch := 1; b.Loop(); epoch++ {
				trainer.Begin(epoch)
				for at := 0; at < images; at += size {
					adam.Begin(0.001)
					trainer.Step(order[at:at+size], order[at+size:min(at+2*size, images)])
				}
			}
		})
	}
}
