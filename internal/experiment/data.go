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

// learned returns what a data set needs to know of a model that is to read it. from is the path of the model.
func learned(model *modelfile.Model, from string) *dataset.Learned {
	return &dataset.Learned{
		From: from, Columns: model.Columns, Classes: model.Classes, Hash: model.DataHash, Config: model.Config,
		Shape: model.InputShape, Standard: table.Standardization{Mean: model.Mean, Std: model.Std},
	}
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
	return dataset.NewFrom(d, seed, learned(model, from))
}

// loadOptions says how the data set of an experiment is read and split.
func loadOptions(system *System, r *config.Resolved, dataDir string) dataset.Options {
	return dataset.Options{
		DataDir: dataDir, Env: system.Env,
		Validation: func(samples int) int { return train.ValidationSamples(samples, r.ValidationSplit) },
		Stratified: r.Validation == "stratified", Seed: r.SplitSeed(),
	}
}

// load reads the samples of a data set. If a file is missing and can be downloaded, load downloads it first. A file
// that is damaged is an error and stays as it is: it may be the user's own, or the first sign of a failing disk.
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

// fetch downloads the files of a data set that are missing, or all of them with o.Force. Unless quiet is set, it shows
// the progress on standard error.
func fetch(
	ctx context.Context, system *System, o download.Options, dataDir string, quiet bool,
) (result download.Result, err error) {
	if o.Folder, err = o.Set.Folder(dataDir, system.Env); err != nil {
		return download.Result{}, err
	}
	o.Env = system.Env
	if !quiet {
		view := report.NewDownload(system.Stderr, system.Screen(system.Stderr), system.Now)
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
