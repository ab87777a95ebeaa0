package obtain

import (
	"context"
	"fmt"
	"text/tabwriter"

	"dnn/internal/await"
	"dnn/internal/dataset"
	"dnn/internal/download"
	"dnn/internal/fault"
	"dnn/internal/mnist"
	"dnn/internal/report"
	"dnn/internal/world"
)

// DownloadOptions say which data set to download, and how.
type DownloadOptions struct {
	Dataset string
	DataDir string // folder of the data sets; empty: from the environment
	Mirror  string // URL of a folder to try first; may be empty
	Force   bool   // replace existing files
	Verify  bool   // only verify existing files
}

// Download downloads the missing files of a data set, or only verifies the existing ones, and prints the result.
func Download(ctx context.Context, system *world.System, o DownloadOptions) error {
	set, err := dataset.Named(o.Dataset, "dnn download", fault.Usage)
	if err != nil {
		return err
	}
	folder, err := set.Folder(o.DataDir, system.Env)
	if err != nil {
		return err
	}
	if o.Verify {
		return verify(ctx, system, set, folder)
	}
	result, err := fetch(ctx, system, download.Options{Set: set, Mirror: o.Mirror, Force: o.Force}, o.DataDir, false)
	if err != nil {
		return err
	}
	if len(result.Downloaded) == 0 {
		_, err = fmt.Fprintf(system.Stdout, "%s: all %d files are in %s\n", set.Title, len(result.Present), folder)
	} else {
		_, err = fmt.Fprintf(system.Stdout, "%s: %s downloaded and verified, in %s\n",
			set.Title, fault.Count(len(result.Downloaded), "file"), folder)
	}
	return err
}

// verify prints the state of each file.
func verify(ctx context.Context, system *world.System, set mnist.Set, folder string) error {
	states, err := await.Do(ctx, func() ([]mnist.FileState, error) { return mnist.Verify(set, folder) })
	table := tabwriter.NewWriter(system.Stdout, 0, 0, 2, ' ', 0)
	for _, s := range states {
		if _, werr := fmt.Fprintf(table, "%s\t%d bytes\t%s\t%v\n", s.Name, s.Bytes, s.SHA256, s.State); werr != nil {
			return werr
		}
	}
	if werr := table.Flush(); werr != nil {
		return werr
	}
	if err == nil {
		report.Message(system.Stderr, "all files are what they should be, in %s", folder)
	}
	return err
}
