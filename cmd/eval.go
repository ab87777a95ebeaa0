package cmd

import (
	"context"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"dnn/internal/evaluate"
	"dnn/internal/fault"
)

var splits = []string{"test", "validation", "train"}

func newEval(system *System, run func(context.Context, *System, evaluate.Options) error) *cobra.Command {
	var o evaluate.Options
	var json bool
	c := &cobra.Command{
		Use:   "eval model.bin...",
		Short: "Test a trained model, or the mean of several",
		Example: `  dnn eval model.bin
  dnn eval model.bin --confusion
  dnn eval model.bin --min-accuracy 0.97 || echo "not good enough"
  dnn eval model.bin --report report.html
  dnn eval iris.bin --data measured-today.csv
  dnn eval a.bin b.bin c.bin         # the mean of their logits, as dnn merge would write it`,
		Args: arguments(1, -1),
		RunE: func(c *cobra.Command, args []string) error {
			o.Models = args
			switch {
			case !slices.Contains(splits, o.Split):
				return fault.New(fault.Usage, "--split", "wanted one of %s, found %q",
					strings.Join(splits, ", "), o.Split)
			case !(o.MinAccuracy >= 0 && o.MinAccuracy <= 1):
				return fault.New(fault.Usage, "--min-accuracy", "wanted a number from 0 to 1, found %v", o.MinAccuracy)
			case o.Threads < 0:
				return fault.New(fault.Usage, "--threads", "wanted 0 (all cores) or more, found %d", o.Threads)
			}
			o.Listener = listener(system, json, false)
			return work(tellJSON(system, json, run(c.Context(), system, o)))
		},
	}
	f := c.Flags()
	f.SortFlags = false
	f.StringVar(&o.Split, "split", "test", "`part` of the data: test, validation or train, as in the model's training")
	f.BoolVar(&o.Confusion, "confusion", false, "print the confusion table, with each class's precision, recall and F1")
	f.Float64Var(&o.MinAccuracy, "min-accuracy", 0, "exit with status 1 if the accuracy is below this `bar`")
	f.BoolVar(&json, "json", false, "print JSON")
	f.StringVar(&o.Report, "report", "", "write a page with everything about the model to this HTML `file`")
	f.StringVar(&o.Data, "data", "",
		"test on the CSV file or the folder of IDX files at this `path`, not on the data of the training")
	addViews(f, &o.Views)
	addDataDir(f, &o.DataDir)
	f.IntVar(&o.Threads, "threads", 0, "threads (0: all cores)")
	return c
}
