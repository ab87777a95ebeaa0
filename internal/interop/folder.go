package interop

import (
	"bytes"
	"context"
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"

	"dnn/internal/fault"
	"dnn/internal/interop/tfjs"
)

// writeFolder makes the folder at path, unless it is there (see checkFolder), and the files in it that fill creates. They are made in
// memory first, so that a network that is refused leaves nothing behind.
func writeFolder(
	ctx context.Context, path, from string, beside bool, fill func(create func(name string) (io.WriteCloser, error)) error,
) error {
	var files []*memoryFile
	create := func(name string) (io.WriteCloser, error) {
		files = append(files, &memoryFile{name: name})
		return files[len(files)-1], nil
	}
	if err := fill(create); err != nil {
		return blame(err, err, path, from)
	}
	if err := checkFolder(path, files, beside); err != nil {
		return err
	}
	if err := os.MkdirAll(path, 0o777); err != nil {
		return blame(err, nil, path, from)
	}
	for _, f := range files {
		inside := filepath.Join(path, f.name)
		err := replace(ctx, inside, from, func(w io.Writer) error {
			_, err := w.Write(f.Bytes())
			return err
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// checkFolder returns an error unless files may be put into a folder: it is new or empty, or has a TensorFlow.js model, or,
// if they may stand beside others, none of their names is taken.
func checkFolder(path string, files []*memoryFile, beside bool) error {
	entries, err := os.ReadDir(path)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return fault.CannotWrite(path, err)
	}
	var model, weights, taken bool
	for _, e := range entries {
		shard, _ := filepath.Match("group1-shard*.bin", e.Name())
		model, weights = model || e.Name() == tfjs.ModelFile, weights || shard
		taken = taken || slices.ContainsFunc(files, func(f *memoryFile) bool { return f.name == e.Name() })
	}
	switch {
	case len(entries) == 0 || model && weights || beside && !taken:
		return nil
	case taken:
		return fault.New(fault.Write, path, "wanted a new or empty folder, or one with a TensorFlow.js model, found one with "+
			"another %s", tfjs.ModelFile).WithHint("give the name of a new folder")
	}
	return fault.New(fault.Write, path, "wanted a new or empty folder, or one with a TensorFlow.js model, found one with %s",
		fault.Count(len(entries), "other file")).WithHint("--format tfjs puts a model beside them")
}

// Files returns the files that the model at path is read from: that file, or those in a folder, and what an ONNX model has
// beside it. They need not be there.
func Files(path string) []string {
	files := []string{path, path + ".data"}
	if entries, err := os.ReadDir(path); err == nil {
		for _, e := range entries {
			if e.Name() == tfjs.ModelFile || filepath.Ext(e.Name()) == ".bin" {
				files = append(files, filepath.Join(path, e.Name()))
			}
		}
	}
	return files
}

// memoryFile is a file in memory.
type memoryFile struct {
	bytes.Buffer
	name string
}

// Close does nothing.
func (*memoryFile) Close() error { return nil }
