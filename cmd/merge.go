package cmd

import (
	"context"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"dnn/internal/evaluate"
	"dnn/internal/fault"
)

func newMerge(system *System, run func(context.Context, *System, evaluate.MergeOptions) error) *cobra.Command {
	var o evaluate.MergeOptions
	c := &cobra.Command{
		Use:   "merge model.bin... -o merged.bin",
		Short: "Make one network whose output is the mean of several",
		Long: `Write one model whose logits are the mean of those of several: a mean of dense networks is a dense network.
Hidden layers stand side by side, so they may have different units, but not different activations or another number of
layers. With --view each network is also used on the image in a mirror. Batch normalization and dropout are folded into
the other layers, and so they are if there is only one model.

dnn eval a.bin b.bin tests the mean without writing it. To train it further, dnn config show merged.bin prints an
experiment that fits it, for dnn train --from merged.bin.`,
		Example: `  dnn merge a.bin b.bin c.bin -o merged.bin && dnn eval merged.bin
  dnn merge a.bin b.bin --view horizontal_flip -o merged.bin
  dnn merge normalized.bin -o folded.bin`,
		Args: arguments(1, -1),
		RunE: func(c *cobra.Command, args []string) error {
			if o.Models = args; o.Output == "" {
				return fault.New(fault.Usage, "--output", "wanted the name of the file to write, found none").
					WithHint("for example %s -o merged.bin", c.CommandPath())
			}
			o.Listener = listener(system, false, false)
			return work(run(c.Context(), system, o))
		},
	}
	f := c.Flags()
	f.StringVarP(&o.Output, "output", "o", "", "the model `file` to write")
	addViews(f, &o.Views)
	return c
}

// addViews adds --view.
func addViews(f *pflag.FlagSet, views *[]string) {
	f.StringSliceVar(views, "view", nil,
		"use each network on this `view` of the images too: horizontal_flip or vertical_flip")
}
