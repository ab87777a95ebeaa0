package cmd

import (
	"context"
	"path/filepath"
	"slices"

	"github.com/spf13/cobra"

	"dnn/internal/config"
	"dnn/internal/evaluate"
	"dnn/internal/fault"
	"dnn/internal/seeds"
)

func newCompare(
	system *System, run func(context.Context, *System, evaluate.CompareOptions) error,
	runExperiments func(context.Context, *System, seeds.CompareOptions) error,
) *cobra.Command {
	var o evaluate.CompareOptions
	var e seeds.CompareOptions
	var json bool
	c := &cobra.Command{
		Use:   "compare model.bin other.bin... | a.yaml b.yaml",
		Short: "Tell which of several models, or of two experiments, is better",
		Long: `Compare each model with the first, on the test samples of their data set: structure, weights, probabilities, classes,
and by McNemar's exact test whether one is right more often than the other, or whether the difference is noise. The
verdict is a line on standard output; what differs is on standard error.

Of two experiment files, dnn trains both with the seeds 1, 2, 3, … until it knows which is better, or --max-seeds is
reached. The test may be looked at after each seed: where there is no difference, it sees one in at most 5 % of cases.`,
		Example: `  dnn compare a.bin b.bin
  dnn compare a.bin b.bin --report changes.html      # with the images whose class changes
  dnn compare model.bin converted.bin --same         # status 1 unless they are the same function
  dnn compare deployed.bin new.bin --not-worse       # status 1 if the new one is significantly worse
  dnn compare a.yaml b.yaml                          # is b.yaml the better experiment?`,
		Args: arguments(2, -1),
		RunE: func(c *cobra.Command, args []string) error {
			o.Models = args
			switch {
			case !(o.Tolerance >= 0 && o.Tolerance <= 1):
				return fault.New(fault.Usage, "--tolerance", "wanted a number from 0 to 1, found %v", o.Tolerance)
			case o.Threads < 0:
				return fault.New(fault.Usage, "--threads", "wanted 0 (all cores) or more, found %d", o.Threads)
			}
			if experiments := countExperiments(args); experiments > 0 {
				if err := checkExperiments(c, args, experiments); err != nil {
					return err
				}
				e.First, e.Second = args[0], args[1]
				e.NotWorse, e.DataDir, e.Threads, e.JSON = o.NotWorse, o.DataDir, o.Threads, json
				switch {
				case e.MaxSeeds < seeds.MinSeeds || e.MaxSeeds > config.MaxSeeds:
					return fault.New(fault.Usage, "--max-seeds", "wanted a whole number from %d to %d, found %d",
						seeds.MinSeeds, config.MaxSeeds, e.MaxSeeds)
				default:
					if err := seeds.CheckMetric("--metric", e.Metric); err != nil {
						return err
					}
				}
				return work(tellJSON(system, json, runExperiments(c.Context(), system, e)))
			}
			if err := refuseFlags(c, "goes with experiment files only", "metric", "max-seeds"); err != nil {
				return err
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
	f.StringVar(&e.Metric, "metric", "test_accuracy", "of experiments: compare by this `name` (val_accuracy, test_loss, …)")
	f.IntVar(&e.MaxSeeds, "max-seeds", 50, "of experiments: train at most this `number` of seeds")
	return c
}

// countExperiments returns how many of the arguments are names of experiment files.
func countExperiments(args []string) int {
	n := 0
	for _, arg := range args {
		if slices.Contains([]string{".yaml", ".yml"}, filepath.Ext(arg)) {
			n++
		}
	}
	return n
}

// checkExperiments refuses arguments and flags that do not go with experiment files.
func checkExperiments(c *cobra.Command, args []string, experiments int) error {
	switch {
	case experiments < len(args):
		return fault.New(fault.Usage, "dnn compare", "wanted models or experiment files, found both").
			WithHint("train a model of an experiment: dnn train --config experiment.yaml")
	case experiments > 2:
		return fault.New(fault.Usage, "dnn compare", "wanted two experiment files, found %d", experiments)
	}
	return refuseFlags(c, "goes with models only", "same", "tolerance", "report", "data")
}

// refuseFlags returns an error if one of the flags was given.
func refuseFlags(c *cobra.Command, why string, names ...string) error {
	for _, name := range names {
		if c.Flags().Changed(name) {
			return fault.New(fault.Usage, "--"+name, "%s", why)
		}
	}
	return nil
}
