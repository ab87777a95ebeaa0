package cmd

import (
	"context"
	"fmt"
	"text/tabwriter"

	"github.com/spf13/cobra"

	"dnn/internal/fault"
	"dnn/internal/mnist"
	"dnn/internal/report"
)

type downloadOptions struct {
	dataset string
	dataDir string
	mirror  string
	force   bool
	verify  bool
}

func newDownload(system *System, run func(context.Context, *System, downloadOptions) error) *cobra.Command {
	o := downloadOptions{dataset: "mnist"}
	c := &cobra.Command{
		Use:   "download [mnist|fashion-mnist]",
		Short: "Download a data set and verify it",
		Long: `Download the four files of a data set into the data folder, each checked by size, MD5 and SHA-256. What is there already
stays; an interrupted download goes on where it stopped.`,
		Example: `  dnn download
  dnn download --verify                       # hash what is there again
  dnn download --mirror file:///media/mnist   # from a folder with the .gz files`,
		Args: arguments(0, 1),
		RunE: func(c *cobra.Command, args []string) error {
			if len(args) == 1 {
				o.dataset = args[0]
			}
			if o.verify && (o.force || o.mirror != "") {
				return fault.New(fault.Usage, "--verify", "does not go with --force or --mirror: it only looks at what is there")
			}
			return work(run(c.Context(), system, o))
		},
	}
	f := c.Flags()
	addDataDir(f, &o.dataDir)
	f.StringVar(&o.mirror, "mirror", "", "`URL` of a folder with the .gz files, tried first (http, https or file)")
	f.BoolVar(&o.force, "force", false, "download again what is there")
	f.BoolVar(&o.verify, "verify", false, "hash the files that are there, and download nothing")
	return c
}

func runDownload(ctx context.Context, system *System, o downloadOptions) error {
	set, err := findSet("dnn download", o.dataset, fault.Usage)
	if err != nil {
		return err
	}
	folder, err := set.Folder(o.dataDir, system.Env)
	if err != nil {
		return err
	}
	if o.verify {
		return verify(ctx, system, set, folder)
	}
	result, err := fetch(ctx, system, mnist.DownloadOptions{Set: set, Mirror: o.mirror, Force: o.force}, o.dataDir, false)
	if err != nil {
		return err
	}
	if len(result.Downloaded) == 0 {
		_, err = fmt.Fprintf(system.Stdout, "%s: all %d files are in %s\n", set.Title, len(result.Present), folder)
	} else {
		_, err = fmt.Fprintf(system.Stdout, "%s: %s downloaded and verified, in %s\n", set.Title, fault.Count(len(result.Downloaded), "file"), folder)
	}
	return err
}

// verify prints the state of each file.
func verify(ctx context.Context, system *System, set mnist.Set, folder string) error {
	states, err := await(ctx, func() ([]mnist.FileState, error) { return mnist.Verify(set, folder) })
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
