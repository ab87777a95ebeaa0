package experiment

import (
	"context"
	"errors"
	"io/fs"
	"strings"
	"syscall"

	"dnn/internal/download"
	"dnn/internal/fault"
	"dnn/internal/mnist"
	"dnn/internal/report"
)

// findSet returns the data set called name. where is what to blame if there is none: an argument, a line of a file.
func findSet(where, name string, kind fault.Kind) (mnist.Set, error) {
	set, ok := mnist.Lookup(name)
	if !ok {
		return mnist.Set{}, fault.New(kind, where, "wanted a data set (%s), found %q", strings.Join(mnist.Names(), ", "), name)
	}
	return set, nil
}

// fetch makes the files of a data set be in its folder, and returns the folder. Progress goes to standard error.
func fetch(ctx context.Context, system *System, o download.Options, dataDir string, quiet bool) (download.Result, error) {
	folder, err := o.Set.Folder(dataDir, system.Env)
	if err != nil {
		return download.Result{}, err
	}
	o.Folder, o.Env = folder, system.Env
	if !quiet {
		view := report.NewDownload(system.Stderr, system.Screen(), system.Now)
		progress, end := report.FollowDownload(view)
		defer end()
		o.Progress = download.Progress{Bytes: progress, Message: view.Message}
	}
	result, err := download.Files(ctx, o)
	if err != nil && ctx.Err() != nil {
		err = context.Cause(ctx)
	}
	return result, err
}

// load loads a data set, and downloads it first if a file is missing. A file that is there and is not what it should be
// is an error and stays as it is: it may be the user's own, or the first sign of a failing disk.
func load(ctx context.Context, system *System, set mnist.Set, o loadOptions) (*mnist.Dataset, error) {
	folder, err := set.Folder(o.dataDir, system.Env)
	if err != nil {
		return nil, err
	}
	options := mnist.LoadOptions{Set: set, Folder: folder, TestOnly: o.testOnly}
	read := func() (*mnist.Dataset, error) { return mnist.Load(options) }
	data, err := await(ctx, read)
	if !errors.Is(err, fs.ErrNotExist) && !errors.Is(err, syscall.ENOTDIR) {
		return data, err
	}
	if _, err := fetch(ctx, system, download.Options{Set: set}, o.dataDir, o.quiet); err != nil {
		return nil, err
	}
	return await(ctx, read)
}
