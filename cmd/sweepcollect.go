package cmd

import (
	"context"

	"github.com/spf13/cobra"

	"dnn/internal/sweep/collect"
)

func newSweepCollect(system *System, run func(context.Context, *System, collect.Options) error) *cobra.Command {
	var o collect.Options
	c := &cobra.Command{
		Use:   "collect FOLDER",
		Short: "Tell what the points of a sweep have given",
		Long: `Print the settings of a sweep from the best on, as far as they have results: with several seeds the mean of the metric,
its 95 % confidence interval and the standard deviation. The sweep may still be running.

All points are written to results.csv in the folder, whose bytes do not depend on where and when the points ran, and the
best experiment to best.yaml. Of settings with several seeds, one that misses some stands below those that have all.

A result that is damaged, or of another sweep, is left out. What is left is written and printed, and the exit status is 4.`,
		Example: `  dnn sweep collect lr.sweep
  dnn train --config lr.sweep/best.yaml
  dnn sweep collect lr.sweep --pictures lr.pictures
  dnn sweep collect lr.sweep --optuna lr.log && optuna-dashboard lr.log
  dnn sweep collect lr.sweep --tensorboard lr.events && tensorboard --logdir lr.events`,
		Args: arguments(1, 1),
		RunE: func(c *cobra.Command, args []string) error {
			o.Folder = args[0]
			return work(run(c.Context(), system, o))
		},
	}
	f := c.Flags()
	f.SortFlags = false
	f.StringVar(&o.Metric, "metric", "", "sort by this `name` (val_accuracy, loss, …) in place of the sweep's metric")
	f.BoolVar(&o.Test, "test", false, "tell test_loss and test_accuracy too; not to choose by")
	f.BoolVar(&o.All, "all", false, "print all settings, not the best ten")
	f.BoolVar(&o.JSON, "json", false, "print one JSON object")
	f.StringVarP(&o.Output, "output", "o", "", "the `folder` for results.csv and best.yaml (default the sweep's)")
	f.StringVar(&o.Optuna, "optuna", "", "write a journal for Optuna and its dashboard to this `file`")
	f.StringVar(&o.TensorBoard, "tensorboard", "", "write events for TensorBoard's hyperparameters to this `folder`")
	f.StringVar(&o.Pictures, "pictures", "", "draw the metric against the parameters, as PNG and SVG, into this `folder`")
	return c
}
