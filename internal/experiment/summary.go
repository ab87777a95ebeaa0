package experiment

import (
	"context"
	"encoding/json"

	"dnn/internal/await"
	"dnn/internal/config"
	"dnn/internal/dataset"
	"dnn/internal/nn"
	"dnn/internal/obtain"
	"dnn/internal/recipe"
	"dnn/internal/report"
)

// SummaryOptions say which network to summarize.
type SummaryOptions struct {
	Model  string // a model file; empty: the network of Config
	Config string // an experiment file; empty: the built-in experiment
	Flags  []config.Flag
	JSON   bool
}

// Summarize prints the layers and parameters of a network.
func Summarize(ctx context.Context, system *System, o SummaryOptions) error {
	arch, err := await.Do(ctx, func() (nn.Architecture, error) { return architecture(system, o) })
	if err != nil {
		return err
	}
	s := SummaryOf(arch)
	if o.JSON {
		return json.NewEncoder(system.Stdout).Encode(s.JSON())
	}
	return s.Write(system.Stdout)
}

// architecture returns the network of a model or of an experiment file.
func architecture(system *System, o SummaryOptions) (nn.Architecture, error) {
	if o.Model != "" {
		model, err := obtain.Model(system, o.Model)
		if err != nil {
			return nn.Architecture{}, err
		}
		return model.Architecture, nil
	}
	resolved, err := recipe.Load(system, o.Config, o.Flags)
	if err != nil {
		return nn.Architecture{}, err
	}
	recipe.PrintNotes(system, resolved)
	if resolved.Input != 0 { // the file gives the input size, so no data set is needed
		return resolved.Architecture(0, 0)
	}
	src, err := dataset.New(resolved.Dataset, "dataset", nil)
	if err != nil {
		return nn.Architecture{}, err
	}
	return resolved.Architecture(src.Features, len(src.Classes))
}

// SummaryOf returns the table of a network's layers.
func SummaryOf(a nn.Architecture) report.Summary {
	s := report.Summary{Name: "sequential"}
	for _, l := range a.Summary() {
		s.Layers = append(s.Layers, report.SummaryLayer{
			Name: l.Name, Type: l.Class, OutputShape: l.Output, Params: l.Params, Trainable: l.Trainable,
		})
	}
	return s
}
