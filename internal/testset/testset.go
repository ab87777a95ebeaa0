// Package testset finds the samples that a trained model is tested on: a part of the data set that it was trained on, or
// those of another file or folder of the same kind. It loads nothing itself; the caller loads the Source that it is
// given, and downloads what is missing.
package testset

import (
	"cmp"
	"fmt"
	"slices"

	"dnn/internal/config"
	"dnn/internal/dataset"
	"dnn/internal/fault"
	"dnn/internal/mnist"
	"dnn/internal/modelfile"
	"dnn/internal/nn/batch"
	"dnn/internal/table"
)

// Request says which samples a model is tested on.
type Request struct {
	Name    string           // what messages call the model
	Model   *modelfile.Model // that is tested
	Trained config.Dataset   // what it was trained on
	Split   string           // test, validation or train
	Data    string           // a CSV file or IDX folder instead of Trained; empty: none
}

// Learned returns what a data set needs to know of a model that is to read it. from is the path of the model.
func Learned(model *modelfile.Model, from string) *dataset.Learned {
	return &dataset.Learned{
		From: from, Columns: model.Columns, Classes: model.Classes, Hash: model.DataHash, Config: model.Config,
		Shape: model.InputShape, Standard: table.Standardization{Mean: model.Mean, Std: model.Std},
	}
}

// Dataset returns the data set to test on. At r.Data it is of the same kind as the one of the training.
func (r Request) Dataset() config.Dataset {
	if r.Data == "" {
		return r.Trained
	}
	return dataset.At(r.Data, r.Trained)
}

// DatasetName returns the name of the data set to test on.
func (r Request) DatasetName() string {
	name := r.Model.Dataset
	if r.Split == "test" {
		name = cmp.Or(r.Trained.Test, name)
	}
	return cmp.Or(r.Data, name)
}

// Source returns the data set to test on.
func (r Request) Source() (*dataset.Source, error) {
	if r.Data == "" {
		s, err := dataset.New(r.Trained, r.Name, Learned(r.Model, r.Name))
		return s, fault.HintMissing(err, "the model was trained on it; --data PATH says where it is as seen from here")
	}
	s, err := r.sourceAt()
	if err != nil {
		return nil, err
	}
	known := r.Model.Architecture.Classes()
	switch {
	case s.Features != r.Model.Architecture.Input:
		return nil, fault.New(fault.Data, r.Data, "has %s a sample, %s takes %d",
			fault.Count(s.Features, "feature"), r.Name, r.Model.Architecture.Input)
	case s.Height > 0 && len(r.Model.InputShape) == 2 && !slices.Equal(s.Shape(), r.Model.InputShape):
		return nil, fault.New(fault.Data, r.Data, "has images of %d x %d pixels, %s takes %d x %d",
			s.Height, s.Width, r.Name, r.Model.InputShape[0], r.Model.InputShape[1])
	case len(s.Classes) > known:
		return nil, fault.New(fault.Data, r.Data, "has %s, %s knows %d",
			fault.Count(len(s.Classes), "class"), r.Name, known)
	case len(r.Model.Classes) == known: // use the model's names: samples of some classes may be missing here
		s.Classes = r.Model.Classes
	}
	return s, nil
}

// sourceAt returns the data set at r.Data. In a folder, only the files of the split that is tested have to exist.
func (r Request) sourceAt() (*dataset.Source, error) {
	d := r.Dataset()
	if d.CSV != "" {
		s, err := dataset.New(d, r.Name, Learned(r.Model, r.Name))
		return s, fault.HintMissing(err, "--data wants a CSV file with the columns of %s", r.Trained.CSV)
	}
	wanted := mnist.TrainOnly
	if r.Split == "test" {
		wanted = mnist.TestOnly
	}
	s, err := dataset.Folder(d, wanted)
	return s, fault.HintMissing(err, "--data wants a folder with %s", wanted.Files())
}

// Samples returns the samples of the split.
func (r Request) Samples(data *dataset.Data) (*batch.Samples, error) {
	splits := map[string]*batch.Samples{"test": data.Test, "validation": data.Validation, "train": data.Train}
	samples := splits[r.Split]
	switch {
	case samples != nil:
		return samples, nil
	case data.Train == nil:
		return nil, fault.New(fault.Usage, "--split",
			"wanted test, found %s: the model was not trained on this file, so all of its rows are for testing",
			r.Split)
	case r.Split == "test":
		return nil, fault.New(fault.Usage, "--data",
			"wanted a file with rows for testing, found %s: the model was trained on all of its rows", r.Data).
			WithHint("--split train and --split validation take them")
	}
	return nil, fault.New(fault.Usage, "--split", "the model was trained without validation data")
}

// Message says which samples of the data set at r.Data were used, and how many.
func (r Request) Message(data *dataset.Data, count int) string {
	switch {
	case !r.Trained.IsTable():
		return fmt.Sprintf("tested the %s of %s", fault.Count(count, r.Split+" image"), r.Data)
	case data.Train == nil:
		return fmt.Sprintf("tested all %s of %s", fault.Count(count, "row"), r.Data)
	}
	rows := 0
	for _, split := range []*batch.Samples{data.Train, data.Validation, data.Test} {
		if split != nil {
			rows += split.Count
		}
	}
	return fmt.Sprintf("tested %d of %s of %s: the %s split of the training "+
		"(the file is the one that the model was trained on)", count, fault.Count(rows, "row"), r.Data, r.Split)
}
