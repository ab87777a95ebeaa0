package cmd

import (
	"fmt"
	"runtime"

	"github.com/spf13/cobra"

	"dnn/internal/nn/kernel"
)

// Version is the program's version. Model files carry it.
const Version = "0.1.0"

func newVersion(system *System) *cobra.Command {
	return &cobra.Command{
		Use:   "version",
		Short: "Print the version, and what this machine computes with",
		Args:  arguments(0, 0),
		RunE:  func(*cobra.Command, []string) error { return work(printVersion(system)) },
	}
}

// addVersion gives the root command --version, which prints what dnn version does.
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
	kernels, err := kernels(system)
	if err != nil {
		return err
	}
	_, err = fmt.Fprintf(system.Stdout, "dnn %s %s/%s %s kernels:", Version, runtime.GOOS, runtime.GOARCH, runtime.Version())
	for _, s := range kernel.Available() {
		mark := ""
		if s.Name == kernels.Name {
			mark = "*"
		}
		if err == nil {
			_, err = fmt.Fprintf(system.Stdout, " %s%s", s.Name, mark)
		}
	}
	if err == nil {
		_, err = fmt.Fprintln(system.Stdout)
	}
	return err
}
