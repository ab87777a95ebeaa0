package cmd

import (
	"context"

	"github.com/spf13/cobra"

	"dnn/internal/fault"
	"dnn/internal/obtain"
)

func newDownload(system *System, run func(context.Context, *System, obtain.DownloadOptions) error) *cobra.Command {
	o := obtain.DownloadOptions{Dataset: "mnist"}
	c := &cobra.Command{
		Use:   "download [mnist|fashion-mnist]",
		Short: "Download a data set and verify it",
		Long: `Download the four files of a data set into the data folder, and check each by size, MD5 and SHA-256.
Files that are there already stay. An interrupted download continues where it stopped.`,
		Example: `  dnn download
  dnn download --verify                       # hash what is there again
  dnn download --mirror file:///media/mnist   # from a folder with the .gz files`,
		Args: arguments(0, 1),
		RunE: func(c *cobra.Command, args []string) error {
			if len(args) == 1 {
				o.Dataset = args[0]
			}
			if o.Verify && (o.Force || o.Mirror != "") {
				return fault.New(fault.Usage, "--verify",
					"does not go with --force or --mirror: it only looks at what is there")
			}
			return work(run(c.Context(), system, o))
		},
	}
	f := c.Flags()
	addDataDir(f, &o.DataDir)
	f.StringVar(&o.Mirror, "mirror", "", "`URL` of a folder with the .gz files, tried first (http, https or file)")
	f.BoolVar(&o.Force, "force", false, "download again what is there")
	f.BoolVar(&o.Verify, "verify", false, "hash the files that are there, and download nothing")
	return c
}
