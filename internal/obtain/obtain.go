// Package obtain gets data sets: onto this machine, and into memory. A data set that dnn knows by name is downloaded when
// it is first needed, by any command.
package obtain

import (
	"context"
	"errors"
	"io/fs"
	"syscall"

	"dnn/internal/await"
	"dnn/internal/dataset"
	"dnn/internal/download"
	"dnn/internal/report"
	"dnn/internal/world"
)

// Data reads the samples of a data set. If a file is missing and can be downloaded, Data downloads it first. A file
// that is damaged is an error and stays as it is: it may be the user's own, or the first sign of a failing disk.
func Data(
	ctx context.Context, system *world.System, s *dataset.Source, o dataset.Options, quiet bool,
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
	ctx context.Context, system *world.System, o download.Options, dataDir string, quiet bool,
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
