package experiment

import (
	"dnn/internal/config"
	"dnn/internal/dataset"
	"dnn/internal/interop"
	"dnn/internal/modelfile"
	"dnn/internal/report"
	"dnn/internal/testset"
	"dnn/internal/train"
)

// readModel reads a model file, or a file of another program; notes about the latter go to standard error.
func readModel(system *System, path string) (*modelfile.Model, error) {
	return interop.ReadModel(path, func(text string) { report.Note(system.Stderr, text) })
}

// startSource returns the data set of a run that starts from the weights of a model, which was read from the path from.
// seed decides how the samples are split. The columns and classes of a table must mean the same as for the model, and
// are put into its order.
func startSource(d config.Dataset, seed uint64, model *modelfile.Model, from string) (*dataset.Source, error) {
	own, err := dataset.New(d, "dataset", nil)
	if err != nil {
		return nil, err
	}
	if err := model.MatchesInput(from, d.String(), own.Columns); err != nil || d.CSV == "" {
		return own, err
	}
	if err := model.MatchesClasses(from, d.String(), own.Classes); err != nil {
		return nil, err
	}
	return dataset.NewFrom(d, seed, testset.Learned(model, from))
}

// loadOptions says how the data set of an experiment is read and split.
func loadOptions(system *System, r *config.Resolved, dataDir string) dataset.Options {
	return dataset.Options{
		DataDir: dataDir, Env: system.Env,
		Validation: func(samples int) int { return train.ValidationSamples(samples, r.ValidationSplit) },
		Stratified: r.Validation == "stratified", Seed: r.SplitSeed(),
	}
}
