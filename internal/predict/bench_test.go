package predict

import (
	"fmt"
	"image"
	"image/png"
	"io"
	"iter"
	"math/rand/v2"
	"os"
	"path/filepath"
	"runtime"
	"testing"

	"dnn/internal/modelfile"
	"dnn/internal/nn"
	"dnn/internal/nn/nntest"
	"dnn/internal/photo"
	"dnn/internal/world"
)

// BenchmarkRaw predicts 1,000 pictures of 28 x 28 pixels, and for comparison only decodes them.
func BenchmarkRaw(b *testing.B) {
	here := b.TempDir()
	random := rand.New(rand.NewPCG(1, 1))
	for i := range 1000 {
		picture := image.NewGray(image.Rect(0, 0, 28, 28))
		for range 150 { // about as many pixels as a digit has
			picture.Pix[random.IntN(len(picture.Pix))] = uint8(random.IntN(256))
		}
		file, err := os.Create(filepath.Join(here, fmt.Sprintf("%d.png", i)))
		if err != nil {
			b.Fatal(err)
		}
		if err := png.Encode(file, picture); err != nil {
			b.Fatal(err)
		}
		_ = file.Close()
	}
	network := nntest.Network(784, nn.CategoricalCrossentropy, nntest.Dense(100, "relu"), nntest.Dense(50, "relu"),
		nntest.Dense(10, "softmax"))
	layers, err := nn.New(network, 1)
	if err != nil {
		b.Fatal(err)
	}
	model := &modelfile.Model{InputShape: []int{28, 28}, Scale: 1.0 / 255}
	model.Store(layers)
	path := filepath.Join(here, "model.bin")
	if _, err := modelfile.Write(path, model); err != nil {
		b.Fatal(err)
	}
	system := &world.System{
		Stdout: io.Discard, Stderr: io.Discard, Env: func(string) (string, bool) { return "", false },
	}
	b.Run("predict", func(b *testing.B) {
		for b.Loop() {
			if err := Run(b.Context(), system, Options{Model: path, Inputs: []string{here}, Raw: true, Top: 1}); err != nil {
				b.Fatal(err)
			}
		}
	})
	b.Run("decode", func(b *testing.B) {
		for b.Loop() {
			files, err := expand([]string{here})
			if err != nil {
				b.Fatal(err)
			}
			var jobs iter.Seq[func(int) error] = func(yield func(func(int) error) bool) {
				for _, file := range files {
					decoded := func(int) error {
						picture, err := decode(system, file.path)
						if err == nil {
							_, err = photo.Raw(picture, 28, 28)
						}
						return err
					}
					if !yield(decoded) {
						return
					}
				}
			}
			none := func() int { return 0 }
			err = inOrder(b.Context(), runtime.GOMAXPROCS(0), none, jobs, func(err error) error { return err })
			if err != nil {
				b.Fatal(err)
			}
		}
	})
}
