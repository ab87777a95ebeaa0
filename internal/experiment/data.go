package experiment

import (
	"dnn/internal/config"
	"dnn/internal/dataset"
	"dnn/internal/modelfile"
	"dnn/internal/testset"
)

// seedSplits reports whether the seed decides which samples test or validate.
func (x *experiment) seedSplits() bool {
	d := x.Dataset
	return d.IsTable() || d.CSV != "" && d.Test == "" || x.Validation == "stratified"
}

// startSource returns the data set of a run that starts from the weights of a model, which was read from the path from.
// seed decides how the samples are split. The columns and classes of a table must mean the same as for the model, and
// are put into its order.
func startSource(d config.Dataset, seed uint64, model *modelfile.Model, from string) (*dataset.Source, error) {
	own, err := dataset.New(d, "dataset", nil)
	if err != nil {
		return nil, err
	}
	if err := model.MatchesInput(from, d.String(), own.Shape(), own.Columns); err != nil || d.CSV == "" {
		return own, err
	}
	if err := model.MatchesClasses(from, d.String(), own.Classes); err != nil {
		return nil, err
	}
	return dataset.NewFrom(d, seed, testset.Learned(model, from))
}
