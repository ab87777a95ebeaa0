package experiment

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
)

// Validate says of each file that it is right, or all that is wrong with it.
func Validate(ctx context.Context, system *System, paths []string) error {
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

// validate checks an experiment file, and returns its network.
func validate(system *System, path string) (nn.Architecture, error) {
	resolved, err := config.LoadAll(config.Options{Path: path, Read: readFrom(system)})
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
	Path  string        // of its file, or of a model; empty: the built-in one; -: standard input
	Flags []config.Flag // over the experiment file
}

// Show prints every value of an experiment and where it came from.
func Show(ctx context.Context, system *System, o ShowOptions) error {
	text, err := await.Do(ctx, func() (string, error) { return shown(system, o) })
	if err == nil {
		_, err = io.WriteString(system.Stdout, text)
	}
	return err
}

// shown returns the experiment to show.
func shown(system *System, o ShowOptions) (string, error) {
	if filepath.Ext(o.Path) == ".bin" {
		return stored(o)
	}
	resolved, err := config.Load(config.Options{Path: o.Path, Read: readFrom(system), Env: system.Env, Environ: system.Environ, Flags: o.Flags})
	if err != nil {
		return "", err
	}
	notes(system, resolved)
	return resolved.YAML(), nil
}

// stored returns the experiment that a model was trained with. Nothing overrides it: it has been run.
func stored(o ShowOptions) (string, error) {
	if len(o.Flags) > 0 {
		return "", fault.New(fault.Usage, o.Flags[0].Name, "does not go with a model, whose experiment is as it was run")
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

// WriteTemplate writes a commented experiment file to path, - for standard output. Only by force it replaces one.
func WriteTemplate(_ context.Context, system *System, path string, force bool) error {
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
