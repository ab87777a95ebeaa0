package photo

import (
	"context"
	"io"
	"os"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"dnn/internal/config"
	"dnn/internal/experiment"
	"dnn/internal/mnist"
	"dnn/internal/modelfile"
	"dnn/internal/nn/kernel"
	"dnn/internal/nn/step"
)

// trained returns the Reader of the model that DNN_MODEL names, such as one of configs/mlp-best.yaml; without it, that of
// the built-in experiment, which is trained first. best tells which.
var trained = sync.OnceValues(func() (model *modelfile.Model, best bool) {
	path := os.Getenv("DNN_MODEL")
	if best = path != ""; !best {
		folder, err := os.MkdirTemp("", "photo")
		if err != nil {
			panic(err)
		}
		defer os.RemoveAll(folder)
		path = filepath.Join(folder, "model.bin")
		system := &experiment.System{Stdout: io.Discard, Stderr: io.Discard, Env: os.LookupEnv, Now: time.Now,
			Memory: func() (uint64, bool) { return 0, false }}
		if err := experiment.Train(context.Background(), system, experiment.Options{NoHistory: true, NoPicture: true,
			Flags: []config.Flag{{Name: "--output", Key: "output", Value: path}}}); err != nil {
			panic(err)
		}
	}
	model, err := modelfile.Read(path)
	if err != nil {
		panic(err)
	}
	return model, best
})

// network returns the Reader of the model, and whether it is a good one.
func network(t testing.TB) (read Reader, best bool) {
	t.Helper()
	digits(t) // or skip
	m, best := trained()
	return readerOf(t, m), best
}

// readerOf returns the Reader of a model.
func readerOf(t testing.TB, m *modelfile.Model) Reader {
	t.Helper()
	n, err := m.Network("model.bin")
	if err != nil {
		t.Fatal(err)
	}
	in := m.Input()
	like, err := in.Images(make([]byte, side*side))
	if err != nil {
		t.Fatal(err)
	}
	p := step.NewPredictor(kernel.Available()[0], n, like)
	return func(digits [][]byte) [][]float32 {
		out := make([][]float32, 0, len(digits))
		for lo := 0; lo < len(digits); lo += step.MaxPredict {
			s, err := in.Images(digits[lo:min(lo+step.MaxPredict, len(digits))]...)
			if err != nil {
				t.Fatal(err)
			}
			y := p.Predict(s, kernel.Span{Lo: 0, Hi: s.Count}).Outputs
			for r := range y.Rows {
				out = append(out, append([]float32(nil), y.Row(r)...))
			}
		}
		return out
	}
}

// class returns the class of the largest probability.
func class(p []float32) int {
	best := 0
	for i := range p {
		if p[i] > p[best] {
			best = i
		}
	}
	return best
}

// digits returns MNIST.
func digits(t testing.TB) *mnist.Dataset {
	t.Helper()
	set, _ := mnist.Lookup("mnist")
	folder, err := set.Folder("", os.LookupEnv)
	if err == nil {
		var d *mnist.Dataset
		if d, err = mnist.Load(mnist.LoadOptions{Set: set, Folder: folder}); err == nil {
			t.Cleanup(func() { _ = d.Close() })
			return d
		}
	}
	without(t, "MNIST is not here (dnn download)")
	return nil
}

// without skips a test that lacks something, and fails it in CI.
func without(t testing.TB, reason string) {
	t.Helper()
	if os.Getenv("CI") == "true" {
		t.Fatal(reason)
	}
	t.Skip(reason)
}

// shared is a folder with handwritten digits of other people than MNIST's.
var shared = filepath.Join("..", "..", "..", "shared", "data", "hwd-1000")

// inkOfBytes returns 28x28 bytes as ink.
func inkOfBytes(b []byte) *plane {
	p := newPlane(side, side)
	for i, v := range b {
		p.pix[i] = float32(v) / 255
	}
	return p
}
