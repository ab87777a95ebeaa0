package cmd

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"

	"github.com/spf13/cobra"

	"dnn/configs"
	"dnn/internal/atomicfile"
	"dnn/internal/config"
	"dnn/internal/fault"
	"dnn/internal/modelfile"
	"dnn/internal/nn"
	"dnn/internal/report"
)

func newConfig(system *System) *cobra.Command {
	c := &cobra.Command{
		Use:   "config",
		Short: "Write, check and show experiment files",
	}
	group(c)
	c.AddCommand(
		newConfigInit(system, runConfigInit),
		newConfigValidate(system, runConfigValidate),
		newConfigShow(system, runConfigShow),
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

func runConfigInit(_ context.Context, system *System, path string, force bool) error {
	if path == "-" {
		_, err := io.WriteString(system.Stdout, config.Template())
		return err
	}
	if _, err := os.Lstat(path); err == nil && !force {
		return fault.New(fault.Write, path, "is there already").WithHint("use --force to replace it")
	}
	err := atomicfile.Write(path, func(w io.Writer) error {
		_, err := io.WriteString(w, config.Template())
		return err
	})
	if err != nil {
		return fault.CannotWrite(path, err)
	}
	report.Message(system.Stderr, "wrote %s: train with dnn train --config %s", path, path)
	return nil
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

// runConfigValidate says of each file that it is right, or all that is wrong with it.
func runConfigValidate(ctx context.Context, system *System, paths []string) error {
	var mistakes []error
	for _, path := range paths {
		_, err := await(ctx, func() (nn.Architecture, error) { return validate(system, path) })
		if ctx.Err() != nil {
			return err
		}
		if err != nil {
			mistakes = append(mistakes, err)
			continue
		}
		if _, err := fmt.Fprintf(system.Stdout, "%s: ok\n", path); err != nil {
			return err
		}
	}
	return errors.Join(mistakes...)
}

// validate checks an experiment file, and returns its network.
func validate(system *System, path string) (nn.Architecture, error) {
	resolved, err := config.LoadAll(config.Options{Path: path, Read: readFrom(system)})
	if err != nil {
		return nn.Architecture{}, err
	}
	src, err := newSource(resolved.Dataset, "dataset", nil)
	if err != nil {
		return nn.Architecture{}, err
	}
	return resolved.Architecture(src.features, len(src.classes))
}

type configShowOptions struct {
	path  string
	flags []config.Flag
}

func newConfigShow(system *System, run func(context.Context, *System, configShowOptions) error) *cobra.Command {
	var o configShowOptions
	c := &cobra.Command{
		Use:   "show [mlp.yaml | model.bin | -]",
		Short: "Show every value and where it came from, of a file, a model or standard input (-)",
		Args:  arguments(0, 1),
		RunE: func(c *cobra.Command, args []string) error {
			o.path = first(args, "")
			return work(run(c.Context(), system, o))
		},
	}
	addKeys(c.Flags(), &o.flags)
	addSet(c.Flags(), &o.flags)
	return c
}

func runConfigShow(ctx context.Context, system *System, o configShowOptions) error {
	text, err := await(ctx, func() (string, error) { return shown(system, o) })
	if err == nil {
		_, err = io.WriteString(system.Stdout, text)
	}
	return err
}

// shown returns the experiment to show.
func shown(system *System, o configShowOptions) (string, error) {
	if filepath.Ext(o.path) == ".bin" {
		return stored(o)
	}
	resolved, err := config.Load(config.Options{Path: o.path, Read: readFrom(system), Env: system.Env, Environ: system.Environ, Flags: o.flags})
	if err != nil {
		return "", err
	}
	notes(system, resolved)
	return resolved.YAML(), nil
}

// stored returns the experiment that a model was trained with. Nothing overrides it: it has been run.
func stored(o configShowOptions) (string, error) {
	if len(o.flags) > 0 {
		return "", fault.New(fault.Usage, o.flags[0].Name, "does not go with a model, whose experiment is as it was run")
	}
	model, err := modelfile.Read(o.path)
	if err != nil {
		return "", err
	}
	resolved, err := config.Stored(o.path, model.Config)
	if err != nil {
		return "", err
	}
	return resolved.Settings(), nil
}

// readFrom returns what reads an experiment file, where - is standard input. A name without a folder that no file has, with or
// without .yaml, may be that of an experiment which comes with dnn; that it is taken is said.
func readFrom(system *System) func(path string) ([]byte, error) {
	return func(path string) ([]byte, error) {
		if path == "-" {
			return config.ReadText(system.Stdin)
		}
		text, err := config.ReadFile(path)
		if !errors.Is(err, fs.ErrNotExist) {
			return text, err
		}
		for _, name := range []string{path, path + ".yaml"} {
			if slices.Contains(configs.Names(), name) {
				report.Note(system.Stderr, fmt.Sprintf("there is no file %s: takes the experiment %s that comes with dnn", path, name))
				return []byte(configs.Text(name)), nil
			}
		}
		return nil, err
	}
}

// notes shows what its user may want to know of an experiment.
func notes(system *System, resolved *config.Resolved) {
	for _, note := range resolved.Notes {
		report.Note(system.Stderr, note)
	}
}

// first returns the first argument, or what stands in for it.
func first(args []string, otherwise string) string {
	if len(args) == 0 {
		return otherwise
	}
	return args[0]
}
