package cmd

import (
	"context"
	"path/filepath"
	"slices"

	"github.com/spf13/cobra"

	"dnn/internal/experiment"
	"dnn/internal/fault"
)

func newCompare(system *System, run func(context.Context, *System, experiment.CompareOptions) error) *cobra.Command {
	var o experiment.CompareOptions
	var json bool
	c := &cobra.Command{
		Use:   "compare model.bin other.bin...",
		Short: "Tell whether models are the same function, and which is better",
		Long: `Compare each model with the first, on the test samples of their data set: structure, weights, probabilities, classes,
and by McNemar's exact test whether one is right more often than the other, or whether the difference is noise. The
verdict is a line on standard output; what differs is on standard error.`,
		Example: `  dnn compare a.bin b.bin
  dnn compare a.bin b.bin --report changes.html      # with the images whose class changes
  dnn compare model.bin converted.bin --same         # status 1 unless they are the same function
  dnn compare deployed.bin new.bin --not-worse       # status 1 if the new one is significantly worse`,
		Args: arguments(2, -1),
		RunE: func(c *cobra.Command, args []string) error {
			o.Models = args
			switch {
			case !(o.Tolerance >= 0 && o.Tolerance <= 1):
				return fault.New(fault.Usage, "--tolerance", "wanted a number from 0 to 1, found %v", o.Tolerance)
			case o.Threads < 0:
				return fault.New(fault.Usage, "--threads", "wanted 0 (all cores) or more, found %d", o.Threads)
			}
			for _, arg := range args {
				if slices.Contains([]string{".yaml", ".yml"}, filepath.Ext(arg)) {
					return fault.New(fault.Usage, arg, "wanted a model, found an experiment file").
						WithHint("train it first: dnn train --config %s", arg)
				}
			}
			o.Listener = listener(system, json, false)
			return work(tellJSON(system, json, run(c.Context(), system, o)))
		},
	}
	f := c.Flags()
	f.SortFlags = false
	f.BoolVar(&o.Same, "same", false, "exit with status 1 unless all are the same function")
	f.BoolVar(&o.NotWorse, "not-worse", false, "exit with status 1 if one is worse than the first, at the level of 5 %")
	f.Float64Var(&o.Tolerance, "tolerance", 4e-6, "`difference` of probabilities up to which functions are the same")
	f.BoolVar(&json, "json", false, "print JSON")
	f.StringVar(&o.Report, "report", "", "write a page with the images whose class changes to this HTML `file`")
	f.StringVar(&o.Data, "data", "",
		"compare on the CSV file or the folder of IDX files at this `path`, not on the data of the training")
	addDataDir(f, &o.DataDir)
	f.IntVar(&o.Threads, "threads", 0, "threads (0: all cores)")
	return c
}
