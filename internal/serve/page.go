package serve

import (
	"bytes"
	"slices"

	"dnn/internal/config"
	"dnn/internal/dataset"
	"dnn/internal/modelfile"
	"dnn/internal/nn/batch"
	"dnn/internal/serve/board"
	"dnn/internal/testset"
)

// show gives the page the models as they are now.
func (s *server) show() {
	var models []board.Model
	for _, m := range s.models {
		n := m.Network()
		models = append(models, board.Model{
			Name: m.Name, Model: n.File, Kernels: s.kernels, Training: s.training(n.File, n.Path),
		})
	}
	s.page.Show(models)
}

// training returns what reads the images that a model was trained on, if it says which and they are here; nil: it does
// not say.
func (s *server) training(m *modelfile.Model, path string) func() (*batch.Samples, error) {
	if len(m.Config) == 0 || m.Columns != nil {
		return nil
	}
	return func() (*batch.Samples, error) {
		trained, err := config.Stored(path, m.Config)
		if err != nil {
			return nil, err
		}
		source, err := dataset.New(trained.Dataset, path, testset.Learned(m, path))
		if err != nil {
			return nil, err
		}
		data, err := source.Load(dataset.Options{Env: s.system.Env, Validation: func(int) int { return 0 }, Seed: trained.SplitSeed()})
		if err != nil {
			return nil, err
		}
		defer func() { _ = data.Close() }() // read-only: nothing can be lost
		if err := m.Fits(path, source.Features, data.Hash); err != nil {
			return nil, err
		}
		kept := *data.Train // the file may shrink later, so its bytes are copied
		kept.Bytes, kept.Labels = bytes.Clone(kept.Bytes), slices.Clone(kept.Labels)
		return &kept, data.CheckSizes()
	}
}
