package interop

import (
	"bytes"
	"context"
	"io"
	"os"
	"path/filepath"
)

// writeFolder makes the folder at path, unless it is there, and the files in it that fill creates. They are made in
// memory first, so that a network that is refused leaves nothing behind.
func writeFolder(
	ctx context.Context, path, from string, fill func(create func(name string) (io.WriteCloser, error)) error,
) error {
	var files []*memoryFile
	create := func(name string) (io.WriteCloser, error) {
		files = append(files, &memoryFile{name: name})
		return files[len(files)-1], nil
	}
	if err := fill(create); err != nil {
		return blame(err, err, path, from)
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

// memoryFile is a file in memory.
type memoryFile struct {
	bytes.Buffer
	name string
}

// Close does nothing.
func (*memoryFile) Close() error { return nil }
