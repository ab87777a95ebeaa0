package cmd

import (
	"context"

	"github.com/spf13/cobra"

	"dnn/internal/fault"
	"dnn/internal/verify"
)

func newVerify(system *System, run func(context.Context, *System, verify.Options) error) *cobra.Command {
	var o verify.Options
	c := &cobra.Command{
		Use:   "verify model.bin",
		Short: "Train a model again and compare the bytes",
		Long: `Train a model again from what its file holds (experiment, seed, hash of the data), here, and compare the bytes. The
exit status is 0 if they are the same, and 1 if not; the first difference is named. The file is only read.`,
		Example: `  dnn verify model.bin
  dnn verify tuned.bin --from start.bin   # a model that was trained further`,
		Args: arguments(1, 1),
		RunE: func(c *cobra.Command, args []string) error {
			if o.Threads < 0 {
				return fault.New(fault.Usage, "--threads", "wanted 0 (all cores) or more, found %d", o.Threads)
			}
			o.Model = args[0]
			return work(tellJSON(system, o.JSON, run(c.Context(), system, o)))
		},
	}
	f := c.Flags()
	f.SortFlags = false
	f.StringVar(&o.From, "from", "", "the model `file` that the run started from")
	f.BoolVar(&o.JSON, "json", false, "print JSON")
	addDataDir(f, &o.DataDir)
	f.IntVar(&o.Threads, "threads", 0, "threads (0: all cores)")
	return c
}
