// Package recipe finds, checks and shows experiment files, which package config reads: those of the user, and those that
// come with the program.
package recipe

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"

	"dnn/configs"
	"dnn/internal/atomicfile"
	"dnn/internal/await"
	"dnn/internal/config"
	"dnn/internal/dataset"
	"dnn/internal/fault"
	"dnn/internal/modelfile"
	"dnn/internal/nn"
	"dnn/internal/report"
	"dnn/internal/world"
)

// Validate checks experiment files. It prints ok for each valid one, and returns the mistakes of the others.
func Validate(ctx context.Context, system *world.System, paths []string) error {
	var mistakes []error
	for _, path := range paths {
		_, err := await.Do(ctx, func() (nn.Architecture, error) { return validate(system, path) })
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

// validate checks an experiment file and returns its network.
func validate(system *world.System, path string) (nn.Architecture, error) {
	resolved, err := config.LoadAll(config.Options{Path: path, Read: ReadFrom(system)})
	if err != nil {
		return nn.Architecture{}, err
	}
	src, err := dataset.New(resolved.Dataset, "dataset", nil)
	if err != nil {
		return nn.Architecture{}, err
	}
	return resolved.Architecture(src.Features, len(src.Classes))
}

// ShowOptions say which experiment to show.
type ShowOptions struct {
	Path  string        // an experiment or a model file; empty: the built-in experiment; -: standard input
	Flags []config.Flag // override the experiment file
}

// Show prints every setting of an experiment, with its origin.
func Show(ctx context.Context, system *world.System, o ShowOptions) error {
	text, err := await.Do(ctx, func() (string, error) { return experimentText(system, o) })
	if err == nil {
		_, err = io.WriteString(system.Stdout, text)
	}
	return err
}

// experimentText returns the settings of the experiment as YAML.
func experimentText(system *world.System, o ShowOptions) (string, error) {
	if filepath.Ext(o.Path) == ".bin" {
		return storedText(o)
	}
	resolved, err := Load(system, o.Path, o.Flags)
	if err != nil {
		return "", err
	}
	PrintNotes(system, resolved)
	return resolved.YAML(), nil
}

// storedText returns the settings that a model was trained with. They are a record, so flags cannot override them.
func storedText(o ShowOptions) (string, error) {
	if len(o.Flags) > 0 {
		return "", fault.New(fault.Usage, o.Flags[0].Name,
			"does not go with a model, whose experiment is as it was run")
	}
	model, err := modelfile.Read(o.Path)
	if err != nil {
		return "", err
	}
	resolved, err := config.Stored(o.Path, model.Config)
	if err != nil {
		return "", err
	}
	return resolved.Settings(), nil
}

// LoadAsIs loads an experiment file, or one that comes with dnn, as it is: nothing overrides it.
func LoadAsIs(system *world.System, path string) (*config.Resolved, error) {
	return config.Load(config.Options{Path: path, Read: ReadFrom(system)})
}

// Load loads an experiment file with all that may override it.
func Load(system *world.System, path string, flags []config.Flag) (*config.Resolved, error) {
	return config.Load(config.Options{
		Path: path, Read: ReadFrom(system), Env: system.Env, Environ: system.Environ, Flags: flags,
	})
}

// ReadFrom returns the function that reads experiment files. The path - means standard input. If there is no file of a
// name, an experiment that comes with dnn may have it, with or without .yaml; ReadFrom then uses that one and says so.
func ReadFrom(system *world.System) func(path string) ([]byte, error) {
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
				report.Note(system.Stderr,
					fmt.Sprintf("there is no file %s: takes the experiment %s that comes with dnn", path, name))
				return []byte(configs.Text(name)), nil
			}
		}
		return nil, err
	}
}

// PrintNotes prints the notes of an experiment.
func PrintNotes(system *world.System, resolved *config.Resolved) {
	for _, note := range resolved.Notes {
		report.Note(system.Stderr, note)
	}
}

// WriteTemplate writes a commented experiment file to path, or to standard output if that is -. It replaces a file only
// with force.
func WriteTemplate(_ context.Context, system *world.System, path string, force bool) error {
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
