package cmd

import (
	"github.com/spf13/cobra"

	"dnn/internal/sweep/collect"
)

func newSweep(system *System) *cobra.Command {
	c := &cobra.Command{
		Use:   "sweep",
		Short: "Train an experiment with many settings",
		Args:  cobra.NoArgs,
	}
	c.AddCommand(newSweepCollect(system, collect.Run))
	return c
}
