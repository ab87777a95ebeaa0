package collect

import (
	"os"
	"path/filepath"
	"strings"

	"dnn/internal/atomicfile"
	"dnn/internal/fault"
	"dnn/internal/world"
)

// check returns an error if what is to be written would harm the sweep or itself.
func (o Options) check() error {
	outputs := []world.File{
		{Role: "the table", Path: filepath.Join(o.Output, tableFile)},
		{Role: "the best experiment", Path: filepath.Join(o.Output, bestFile)},
		{Role: "--optuna", Path: o.Optuna}, {Role: "--tensorboard", Path: o.TensorBoard}, {Role: "--pictures", Path: o.Pictures},
	}
	inputs := []world.File{{Role: "the identity of the sweep", Path: filepath.Join(o.Folder, identityFile)}}
	if err := world.CheckDistinct(outputs, inputs); err != nil {
		return err
	}
	for _, out := range outputs {
		for _, sub := range []string{"points", "rungs", "damaged"} {
			if out.Path != "" && within(out.Path, filepath.Join(o.Folder, sub)) {
				return fault.New(fault.Config, out.Path, "%s would be written among the results in %s", out.Role,
					filepath.Join(o.Folder, sub)).WithHint("give it another name")
			}
		}
	}
	if info, err := os.Stat(o.Output); err != nil || !info.IsDir() {
		return fault.New(fault.Write, o.Output, "wanted a folder for %s and %s, found none", tableFile, bestFile).
			WithHint("mkdir -p %s", o.Output)
	}
	for _, file := range []world.File{outputs[0], outputs[1], outputs[2]} {
		if file.Path == "" {
			continue
		}
		if err := atomicfile.Probe(file.Path); err != nil {
			return fault.CannotWrite(file.Path, err)
		}
	}
	return nil
}

// within reports whether path, or what it leads to, is folder or is in it.
func within(path, folder string) bool {
	path, folder = resolved(path), resolved(folder)
	return path == folder || strings.HasPrefix(path, folder+string(filepath.Separator))
}

// resolved returns the absolute path without symbolic links. What does not exist is taken as it is spelled.
func resolved(path string) string {
	if absolute, err := filepath.Abs(path); err == nil {
		path = absolute
	}
	rest := ""
	for {
		if found, err := filepath.EvalSymlinks(path); err == nil {
			return filepath.Join(found, rest)
		}
		parent := filepath.Dir(path)
		if parent == path {
			return filepath.Join(path, rest)
		}
		path, rest = parent, filepath.Join(filepath.Base(path), rest)
	}
}
