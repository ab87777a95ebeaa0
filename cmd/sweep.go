package cmd

import (
	"context"

	"github.com/spf13/cobra"

	"dnn/internal/fault"
	"dnn/internal/sweep/collect"
	"dnn/internal/sweep/emit"
	"dnn/internal/sweep/runner"
)

func newSweep(system *System) *cobra.Command {
	c := &cobra.Command{
		Use:   "sweep",
		Short: "Train an experiment with many settings, and find the best",
		Long: `Train an experiment with many settings, and find the best. A sweep file says which keys of the experiment change, and
how: it is one of W&B's, with keys of the experiment file as names (docs/sweeps.md).`,
		Example: `  dnn sweep run rates.yaml             train all points here
  dnn sweep collect rates.sweep        which setting is the best
  dnn sweep emit rates.yaml --slurm    the same for a cluster`,
	}
	group(c)
	c.AddCommand(
		newSweepRun(system, runner.Run),
		newSweepCollect(system, collect.Run),
		newSweepEmit(system, emit.Run),
	)
	return c
}

func newSweepRun(system *System, run func(context.Context, *System, runner.Options) error) *cobra.Command {
	var o runner.Options
	var index, rung int
	c := &cobra.Command{
		Use:   "run sweep.yaml",
		Short: "Train the points of a sweep",
		Long: `Train the points of a sweep: each is an experiment with the values of some keys, and a seed. The sweep file is one of
W&B's, with keys of the experiment file as parameters; the experiment that they change is its base.

Points are trained side by side, each with as many threads as gives the most samples a second, which is measured with the
first of them. Each point leaves a folder (rates.sweep/points/000012) with its experiment, its model, the metrics of each
epoch and its result. A sweep that is stopped, in whatever way, goes on with the same command: points that have a result
are not trained again. One that diverged has a result too, and stops no other.

--shard and --index train a part, such as one task of an array. The variables of Slurm's arrays and Kubernetes's Indexed
Jobs do the same: SLURM_ARRAY_TASK_ID with SLURM_ARRAY_TASK_COUNT, JOB_COMPLETION_INDEX with DNN_SHARDS. All may write to
one folder, on a file system that they share. With early_terminate, --rung trains one rung of the part.`,
		Example: `  dnn sweep run rates.yaml
  dnn sweep run rates.yaml --seeds 5 --set epochs=3 -o short.sweep
  dnn sweep run rates.yaml --dry-run
  dnn sweep run rates.yaml --shard 0/4
  dnn sweep run rates.yaml --json | jq 'select(.event == "end").best.folder'`,
		Args: arguments(1, 1),
		RunE: func(c *cobra.Command, args []string) error {
			o.Path = args[0]
			if c.Flags().Changed("index") {
				o.Index = &index
			}
			if c.Flags().Changed("rung") {
				o.Rung = &rung
			}
			switch {
			case o.Quiet && o.JSON:
				return fault.New(fault.Usage, "--quiet", "does not go with --json")
			case c.Flags().Changed("seeds") && o.Seeds < 1:
				return fault.New(fault.Usage, "--seeds", "wanted 1 or more, found %d", o.Seeds)
			case o.Threads < 0:
				return fault.New(fault.Usage, "--threads", "wanted 0 (all cores) or more, found %d", o.Threads)
			}
			return work(tellJSON(system, o.JSON, run(c.Context(), system, o)))
		},
	}
	f := c.Flags()
	f.SortFlags = false
	f.StringVarP(&o.Output, "output", "o", "", "`folder` of the points (default rates.sweep for rates.yaml)")
	addSet(f, &o.Flags)
	f.IntVar(&o.Seeds, "seeds", 0, "runs of each setting (default: as the sweep file says)")
	f.StringVar(&o.Shard, "shard", "", "train only every N-th point, from I on, as `I/N` says")
	f.IntVar(&index, "index", 0, "train only the point of this `number`, and exit as its run does")
	f.IntVar(&rung, "rung", 0, "with early_terminate: train only up to the rung of this `number`")
	f.BoolVar(&o.ASHA, "asha", false, "with early_terminate: wait for no other point before one goes on")
	addDataDir(f, &o.DataDir)
	f.IntVar(&o.Threads, "threads", 0, "threads of all runs together (0: all cores)")
	f.BoolVar(&o.NoModels, "no-models", false, "leave no models")
	f.BoolVar(&o.Quiet, "quiet", false, "print the best point only")
	f.BoolVar(&o.JSON, "json", false, "print one JSON object a point, as each ends, and one at the end")
	f.BoolVar(&o.DryRun, "dry-run", false, "check everything, say how many points there are and about how long they take, and stop")
	return c
}
