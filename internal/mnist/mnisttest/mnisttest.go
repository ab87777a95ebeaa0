// Package mnisttest makes the files of small data sets for tests: of package mnist, of what fetches such files, and of
// the whole program. It knows how files of MNIST are made, and nothing of package mnist. Nothing but tests imports it.
package mnisttest

import (
	"bytes"
	"compress/gzip"
	"encoding/binary"
	"os"
	"path/filepath"
	"testing"
)

// IDX returns an IDX file of unsigned bytes with these dimensions: its header, and data.
func IDX(data []byte, dims ...int) []byte {
	file := []byte{0, 0, 8, byte(len(dims))} // 8: elements are unsigned bytes
	for _, d := range dims {
		file = binary.BigEndian.AppendUint32(file, uint32(d))
	}
	return append(file, data...)
}

// Gzip returns the data compressed.
func Gzip(data []byte) []byte {
	var b bytes.Buffer
	w := gzip.NewWriter(&b)
	_, _ = w.Write(data)
	_ = w.Close()
	return b.Bytes()
}

// Content is the files of a data set in memory.
type Content struct {
	IDX map[string][]byte // by name
	GZ  map[string][]byte // the same compressed, by name with .gz
}

// NewContent returns the content of no files.
func NewContent() *Content { return &Content{IDX: map[string][]byte{}, GZ: map[string][]byte{}} }

// Add adds an IDX file, and returns its bytes, plain and compressed.
func (f *Content) Add(name string, data []byte, dims ...int) (idx, gz []byte) {
	idx = IDX(data, dims...)
	gz = Gzip(idx)
	f.IDX[name], f.GZ[name+".gz"] = idx, gz
	return idx, gz
}

// Install writes the IDX files into a new folder.
func (f *Content) Install(t *testing.T) (folder string) { return writeAll(t, f.IDX) }

// InstallGZ writes the .gz files into a new folder.
func (f *Content) InstallGZ(t *testing.T) (folder string) { return writeAll(t, f.GZ) }

func writeAll(t *testing.T, files map[string][]byte) (folder string) {
	t.Helper()
	folder = t.TempDir()
	for name, data := range files {
		WriteFile(t, filepath.Join(folder, name), data)
	}
	return folder
}

// WriteFile writes a file, and makes the folders that it needs.
func WriteFile(t *testing.T, path string, data []byte) {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(path), 0o777); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, data, 0o666); err != nil {
		t.Fatal(err)
	}
}

// List returns the names of what is in a folder.
func List(t *testing.T, folder string) (names []string) {
	t.Helper()
	entries, err := os.ReadDir(folder)
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range entries {
		names = append(names, e.Name())
	}
	return names
}
