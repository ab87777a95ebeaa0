package space

import (
	"errors"
	"io/fs"
	"path/filepath"
	"slices"
	"sync"

	"dnn/configs"
	"dnn/internal/config"
	"dnn/internal/fault"
)

// loadBase loads the experiment that the parameters change.
func (f *file) loadBase() error {
	f.Base, _ = f.top["base"].(string)
	if f.Base != "" {
		name := f.Base
		if !filepath.IsAbs(name) {
			f.Base = filepath.Join(filepath.Dir(f.Path), name)
		}
		f.baseText = sync.OnceValues(func() ([]byte, error) { return f.readBase(name) })
	}
	var err error
	f.base, err = f.resolve()
	if e, ok := errors.AsType[*fault.Error](err); ok && errors.Is(err, fs.ErrNotExist) {
		e.Where, e.What = f.fault("base", "").Where, "base: there is no experiment file "+f.Base
		e.Hint = "it is looked for from the folder of the sweep file"
	}
	if err == nil {
		f.Notes = append(f.Notes, f.base.Notes...)
	}
	return err
}

// readBase reads the experiment file, or takes the one of that name that comes with dnn.
func (f *file) readBase(name string) ([]byte, error) {
	read := f.options.Read
	if read == nil {
		read = config.ReadFile
	}
	text, err := read(f.Base)
	if !errors.Is(err, fs.ErrNotExist) {
		return text, err
	}
	for _, name := range []string{name, name + ".yaml"} {
		if slices.Contains(configs.Names(), name) {
			f.note("there is no file %s: takes the experiment %s that comes with dnn", f.Base, name)
			return []byte(configs.Text(name)), nil
		}
	}
	return nil, err
}

// noteOverridden notes flags that change nothing, since a parameter sets the same key at every point.
func (f *file) noteOverridden() {
	if f.Method == List { // a setting need not have all keys
		return
	}
	for _, flag := range f.options.Flags {
		for _, p := range f.Parameters {
			if p.Key == flag.Key {
				f.note("%s %s=%s changes nothing: %s is a parameter of the sweep", flag.Name, flag.Key, flag.Value, p.Key)
			}
		}
	}
}
