package cmd

import (
	"fmt"
	"runtime"

	"dnn/internal/experiment"

	"github.com/spf13/cobra"
)

func newVersion(system *System) *cobra.Command {
	return &cobra.Command{
		Use:   "version",
		Short: "Print the version, and what this machine computes with",
		Args:  arguments(0, 0),
		RunE:  func(*cobra.Command, []string) error { return work(printVersion(system)) },
	}
}

// addVersion gives the root command the flag --version, which does the same as dnn version.
func addVersion(root *cobra.Command, system *System) {
	var version bool
	root.Flags().BoolVar(&version, "version", false, "print the version, as dnn version does")
	run := root.RunE
	root.RunE = func(c *cobra.Command, args []string) error {
		if version {
			return work(printVersion(system))
		}
		return run(c, args)
	}
}

func printVersion(system *System) error {
	available, chosen, err := experiment.Kernels(system)
	if err != nil {
		return err
	}
	_, err = fmt.Fprintf(system.Stdout, "dnn %s %s/%s %s kernels:",
		experiment.Version, runtime.GOOS, runtime.GOARCH, runtime.Version())
	for _, name := range available {
		mark := ""
		if name == chosen {
			mark = "*"
		}
		if err == nil {
			_, err = fmt.Fprintf(system.Stdout, " %s%s", name, mark)
		}
	}
	if err == nil {
		_, err = fmt.Fprintln(system.Stdout)
	}
	return err
}
