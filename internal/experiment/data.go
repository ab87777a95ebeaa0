package experiment

import (
	"context"
	"errors"
	"io/fs"
	"syscall"

	"dnn/internal/await"
	"dnn/internal/config"
	"dnn/internal/dataset"
	"dnn/internal/download"
	"dnn/internal/modelfile"
	"dnn/internal/report"
	"dnn/internal/table"
	"dnn/internal/train"
)

// learned returns what a data set must know of a model that is to read it, and was read from the file from.
func learned(model *modelfile.Model, from string) *dataset.Learned {
	return &dataset.Learned{
		From: from, Columns: model.Columns, Classes: model.Classes, Hash: model.DataHash, Config: model.Config,
		Standard: table.Standardization{Mean: model.Mean, Std: model.Std},
	}
}

// startSource returns the data set of a run that starts from the weights of model, which was read from the file from,
// and whose rows seed parts. The columns and classes of a table must mean what they mean to the model, and are taken in
// its order.
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
	return dataset.NewFrom(d, seed, learned(model, from))
}

// howToLoad says how the data set of an experiment is read and parted.
func howToLoad(system *System, r *config.Resolved, dataDir string) dataset.Options {
	return dataset.Options{
		DataDir: dataDir, Env: system.Env,
		Validation: func(samples int) int { return train.ValidationSamples(samples, r.ValidationSplit) },
		Stratified: r.Validation == "stratified", Seed: r.SplitSeed(),
	}
}

// load reads the samples of a data set, and downloads it first if a file of one that can be downloaded is missing. A
// file that is there and is not what it should be is an error and stays as it is: it may be the user's own, or the
// first sign of a failing disk.
func load(
	ctx context.Context, system *System, s *dataset.Source, o dataset.Options, quiet bool,
) (*dataset.Data, error) {
	read := func() (*dataset.Data, error) { return s.Load(o) }
	data, err := await.Do(ctx, read)
	if s.Set == nil || !errors.Is(err, fs.ErrNotExist) && !errors.Is(err, syscall.ENOTDIR) {
		return data, err
	}
	if _, err := fetch(ctx, system, download.Options{Set: *s.Set}, o.DataDir, quiet); err != nil {
		return nil, err
	}
	return await.Do(ctx, read)
}

// fetch makes the files of a data set be in its folder. Unless it is to be quiet, standard error shows how far it is.
func fetch(
	ctx context.Context, system *System, o download.Options, dataDir string, quiet bool,
) (result download.Result, err error) {
	if o.Folder, err = o.Set.Folder(dataDir, system.Env); err != nil {
		return download.Result{}, err
	}
	o.Env = system.Env
	if !quiet {
		view := report.NewDownload(system.Stderr, system.screen(), system.Now)
		progress, end := report.FollowDownload(view)
		defer end()
		o.Progress = download.Progress{Bytes: progress, Message: view.Message}
	}
	result, err = download.Files(ctx, o)
	if err != nil && ctx.Err() != nil {
		err = context.Cause(ctx)
	}
	return result, err
}
