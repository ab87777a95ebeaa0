package cmd

import (
	"context"

	"github.com/spf13/cobra"

	"dnn/internal/experiment"
	"dnn/internal/fault"
	"dnn/internal/sweep/emit"
)

func newSweepEmit(system *System, run func(context.Context, *System, emit.Request) error) *cobra.Command {
	var r emit.Request
	targets := map[emit.Target]*bool{
		emit.Slurm: new(bool), emit.Kubernetes: new(bool), emit.Parallel: new(bool), emit.Make: new(bool),
	}
	c := &cobra.Command{
		Use:   "emit sweep.yaml --slurm | --kubernetes | --parallel | --make",
		Short: "Write a sweep as what a cluster's scheduler takes",
		Long: `Write on standard output what runs the points of a sweep elsewhere: a batch script for Slurm, a Job for Kubernetes, a
shell script for GNU parallel, a makefile. A person can read and edit it.

A task takes many points, so that it lasts about five minutes: a scheduler needs 0.5 to 1 s to start one, which is more
than many points take. What a point takes is measured here, by training some of them for an epoch; --point-seconds says
it instead. Points that are finished are not trained again, so any task can be lost and repeated.`,
		Example: `  dnn sweep emit rates.yaml --slurm > rates.sbatch && sbatch rates.sbatch
  dnn sweep emit rates.yaml --slurm --at-once 20 --threads 4 > rates.sbatch
  dnn sweep emit rates.yaml --kubernetes --image registry.example/dnn:0.1.0 --claim sweeps | kubectl apply -f -
  dnn sweep emit rates.yaml --parallel > rates.sh && sh rates.sh
  dnn sweep emit rates.yaml --make > rates.mk && make -f rates.mk -j 4`,
		Args: arguments(1, 1),
		RunE: func(c *cobra.Command, args []string) error {
			r.Path = args[0]
			for target, wanted := range targets {
				if *wanted && r.Target != "" {
					return fault.New(fault.Usage, "--"+string(target), "does not go with --%s", r.Target)
				}
				if *wanted {
					r.Target = target
				}
			}
			switch {
			case r.Target == "":
				return fault.New(fault.Usage, "dnn sweep emit", "wanted --slurm, --kubernetes, --parallel or --make, found none of them")
			case r.Threads < 1:
				return fault.New(fault.Usage, "--threads", "wanted 1 or more, found %d", r.Threads)
			case r.AtOnce < 0:
				return fault.New(fault.Usage, "--at-once", "wanted 0 (no limit) or more, found %d", r.AtOnce)
			case !(r.TaskSeconds >= 1 && r.TaskSeconds <= emit.MaxSeconds):
				return fault.New(fault.Usage, "--task-seconds", "wanted 1 to %d, found %v", emit.MaxSeconds, r.TaskSeconds)
			case c.Flags().Changed("point-seconds") && !(r.PointSeconds > 0 && r.PointSeconds <= emit.MaxSeconds):
				return fault.New(fault.Usage, "--point-seconds", "wanted more than 0 and at most %d, found %v", emit.MaxSeconds,
					r.PointSeconds)
			case c.Flags().Changed("seeds") && r.Seeds < 1:
				return fault.New(fault.Usage, "--seeds", "wanted 1 or more, found %d", r.Seeds)
			case r.Target != emit.Kubernetes:
				if err := refuseFlags(c, "goes with --kubernetes only", "image", "claim"); err != nil {
					return err
				}
			}
			return work(run(c.Context(), system, r))
		},
	}
	f := c.Flags()
	f.SortFlags = false
	f.BoolVar(targets[emit.Slurm], "slurm", false, "an array job for sbatch")
	f.BoolVar(targets[emit.Kubernetes], "kubernetes", false, "an Indexed Job for kubectl apply (Kubernetes 1.33 or later)")
	f.BoolVar(targets[emit.Parallel], "parallel", false, "a shell script for GNU parallel, or xargs")
	f.BoolVar(targets[emit.Make], "make", false, "a makefile with a target for each point")
	f.StringVarP(&r.Folder, "output", "o", "", "`folder` of the sweep, which all tasks see (default rates.sweep for rates.yaml; of Kubernetes: in the volume)")
	f.IntVar(&r.Threads, "threads", 1, "cores of a task")
	f.IntVar(&r.AtOnce, "at-once", 0, "tasks that run at a time (0: no limit)")
	f.Float64Var(&r.TaskSeconds, "task-seconds", 300, "about how long a task is to last")
	f.Float64Var(&r.PointSeconds, "point-seconds", 0, "what a point takes on one thread (default: measured here)")
	f.BoolVar(&r.NoModels, "no-models", false, "points keep their results, and no models")
	addSet(f, &r.Flags)
	f.IntVar(&r.Seeds, "seeds", 0, "runs of each setting (default: as the sweep file says)")
	addDataDir(f, &r.DataDir)
	f.StringVar(&r.Image, "image", "dnn:"+experiment.Version, "of Kubernetes: the container `image` with dnn")
	f.StringVar(&r.Claim, "claim", "dnn", "of Kubernetes: the `volume` claim that holds the folder and the data sets")
	return c
}
