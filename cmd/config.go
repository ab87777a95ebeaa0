package cmd

import (
	"context"
	"fmt"

	"github.com/spf13/cobra"

	"dnn/configs"
	"dnn/internal/recipe"
)

func newConfig(system *System) *cobra.Command {
	c := &cobra.Command{
		Use:   "config",
		Short: "Write, check and show experiment files",
	}
	group(c)
	c.AddCommand(
		newConfigInit(system, recipe.WriteTemplate),
		newConfigValidate(system, recipe.Validate),
		newConfigShow(system, recipe.Show),
		newConfigList(system),
	)
	return c
}

func newConfigList(system *System) *cobra.Command {
	return &cobra.Command{
		Use:   "list",
		Short: "List the experiments that come with dnn",
		Args:  arguments(0, 0),
		RunE: func(*cobra.Command, []string) error {
			for _, name := range configs.Names() {
				if _, err := fmt.Fprintf(system.Stdout, "%-20s  %s\n", name, configs.About(name)); err != nil {
					return work(err)
				}
			}
			return nil
		},
	}
}

func newConfigInit(system *System, run func(context.Context, *System, string, bool) error) *cobra.Command {
	var force bool
	c := &cobra.Command{
		Use:   "init [mlp.yaml]",
		Short: "Write a commented starting file (- for standard output)",
		Args:  arguments(0, 1),
		RunE: func(c *cobra.Command, args []string) error {
			return work(run(c.Context(), system, first(args, "mlp.yaml"), force))
		},
	}
	c.Flags().BoolVar(&force, "force", false, "replace the file if it is there")
	return c
}

func newConfigValidate(system *System, run func(context.Context, *System, []string) error) *cobra.Command {
	return &cobra.Command{
		Use:   "validate mlp.yaml...",
		Short: "Check experiment files",
		Args:  arguments(1, -1),
		RunE: func(c *cobra.Command, args []string) error {
			return work(run(c.Context(), system, args))
		},
	}
}

func newConfigShow(system *System, run func(context.Context, *System, recipe.ShowOptions) error) *cobra.Command {
	var o recipe.ShowOptions
	c := &cobra.Command{
		Use:   "show [mlp.yaml | model.bin | -]",
		Short: "Show every value and where it came from, of a file, a model or standard input (-)",
		Args:  arguments(0, 1),
		RunE: func(c *cobra.Command, args []string) error {
			o.Path = first(args, "")
			return work(run(c.Context(), system, o))
		},
	}
	addKeys(c.Flags(), &o.Flags)
	addSet(c.Flags(), &o.Flags)
	return c
}

// first returns the first argument, or otherwise if there is none.
func first(args []string, otherwise string) string {
	if len(args) == 0 {
		return otherwise
	}
	return args[0]
}
