// Package enginetest has small models on an engine, for the tests of protocols.
package enginetest

import (
	"path/filepath"
	"testing"
	"time"

	"dnn/internal/modelfile"
	"dnn/internal/nn"
	"dnn/internal/nn/kernel"
	"dnn/internal/nn/nntest"
	"dnn/internal/serve/engine"
)

// silent is an observer that is told for nothing.
type silent struct{}

func (silent) Batch(int)                                {}
func (silent) Waited(time.Duration)                     {}
func (silent) Answered(*engine.Network, *engine.Answer) {}

// Models returns a model of images of 2 x 2 pixels, m, and one of a table with two columns, t, both with three classes.
func Models(tb testing.TB) engine.Models {
	tb.Helper()
	kernels, err := kernel.Select("")
	if err != nil {
		tb.Fatal(err)
	}
	e := engine.New(engine.Options{Kernels: kernels, Threads: 1, Now: time.Now, Observe: silent{}})
	tb.Cleanup(e.Close)
	var all engine.Models
	for _, one := range []struct {
		name string
		file modelfile.Model
	}{
		{"m", modelfile.Model{InputShape: []int{2, 2}, Scale: 1. / 255}},
		{"t", modelfile.Model{InputShape: []int{2}, Scale: 1, Columns: []string{"a", "b"}, Mean: []float64{0, 0},
			Std: []float64{1, 1}}},
	} {
		features := nn.Shape(one.file.InputShape).Size()
		layers, err := nn.New(nntest.Network(features, nn.CategoricalCrossentropy, nntest.Dense(3, "softmax")), 1)
		if err != nil {
			tb.Fatal(err)
		}
		one.file.Store(layers)
		path := filepath.Join(tb.TempDir(), one.name+".bin")
		if _, err := modelfile.Write(path, &one.file); err != nil {
			tb.Fatal(err)
		}
		n, err := e.Load(path, func(string) {}, nil)
		if err != nil {
			tb.Fatal(err)
		}
		model := &engine.Model{Name: one.name, Path: path}
		model.Use(n)
		all = append(all, model)
	}
	return all
}
