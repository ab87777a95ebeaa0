package cmd

import (
	"context"

	"github.com/spf13/cobra"

	"dnn/internal/experiment"
	"dnn/internal/fault"
)

func newSummary(system *System, run func(context.Context, *System, experiment.SummaryOptions) error) *cobra.Command {
	var o experiment.SummaryOptions
	c := &cobra.Command{
		Use:   "summary [model.bin]",
		Short: "Show a network's layers and parameters",
		Example: `  dnn summary                      # of the built-in experiment
  dnn summary model.bin
  dnn summary --set layers=[8] --set input=4 --set output_layer.units=1 --set output_layer.activation=sigmoid`,
		Args: arguments(0, 1),
		RunE: func(c *cobra.Command, args []string) error {
			if len(args) == 1 {
				if o.Model = args[0]; o.Model == "" { // as from an unset variable; a default would mislead
					return fault.New(fault.Usage, "dnn summary", "wanted a model file, found an empty name")
				}
			}
			if o.Model != "" && (o.Config != "" || len(o.Flags) > 0) {
				return fault.New(fault.Usage, "dnn summary", "wanted a model or a config, found both")
			}
			return work(tellJSON(system, o.JSON, run(c.Context(), system, o)))
		},
	}
	f := c.Flags()
	f.StringVar(&o.Config, "config", "", "experiment `file`")
	addSet(f, &o.Flags)
	f.BoolVar(&o.JSON, "json", false, "print JSON")
	return c
}
