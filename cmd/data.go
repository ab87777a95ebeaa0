package cmd

import (
	"context"
	"strings"

	"dnn/internal/fault"
	"dnn/internal/mnist"
	"dnn/internal/nn"
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
func fetch(ctx context.Context, system *System, o mnist.DownloadOptions, dataDir string, quiet bool) (mnist.Result, error) {
	folder, err := o.Set.Folder(dataDir, system.Env)
	if err != nil {
		return mnist.Result{}, err
	}
	o.Folder, o.Env = folder, system.Env
	if !quiet {
		view := report.NewDownload(system.Stderr, system.Screen(), system.Now)
		progress, end := report.FollowDownload(view)
		defer end()
		o.Progress = mnist.Progress{Bytes: progress, Message: view.Message}
	}
	result, err := mnist.Download(ctx, o)
	if err != nil && ctx.Err() != nil {
		err = context.Cause(ctx)
	}
	return result, err
}

// open loads a data set that is there, or only its test split.
func open(system *System, set mnist.Set, dataDir string, testOnly bool) (*mnist.Dataset, error) {
	folder, err := set.Folder(dataDir, system.Env)
	if err != nil {
		return nil, err
	}
	return mnist.Load(mnist.LoadOptions{Set: set, Folder: folder, TestOnly: testOnly})
}

// samples returns a split as a network reads it. The pixels are not copied.
func samples(s mnist.Split) *nn.Samples {
	return &nn.Samples{Count: s.Count, Features: s.Features(), Bytes: s.Images, Table: nn.PixelTable(), Labels: s.Labels}
}
