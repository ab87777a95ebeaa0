package mnist

import (
	"encoding/json"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"time"

	"dnn/internal/atomicfile"
)

// manifestName is the file in a set's folder that remembers what was hashed.
const manifestName = "manifest.json"

// manifest remembers the SHA-256 of files of a folder, with the size and the time of change that they had then, so that
// a start need not hash 55 MB. It is a cache: without it, everything works and takes a little longer.
type manifest struct {
	folder  string
	changed bool
	entries map[string]manifestEntry // by file name
}

// manifestEntry is one file in manifest.json.
type manifestEntry struct {
	Bytes    int64     `json:"bytes"`
	Modified time.Time `json:"modified"`
	SHA256   string    `json:"sha256"` // of the IDX file, also where the entry is for its .gz
}

// readManifest reads the folder's manifest. One that is missing or cannot be read vouches for nothing.
func readManifest(folder string) *manifest {
	m := &manifest{folder: folder}
	if data, err := os.ReadFile(filepath.Join(folder, manifestName)); err == nil {
		_ = json.Unmarshal(data, &m.entries) // what does not parse is not trusted
	}
	if m.entries == nil {
		m.entries = map[string]manifestEntry{}
	}
	return m
}

// vouchesFor says whether the file was hashed, found to be f, and not changed since.
func (m *manifest) vouchesFor(f File, info fs.FileInfo) bool {
	e, ok := m.entries[info.Name()]
	return ok && e.SHA256 == f.SHA256 && e.Bytes == info.Size() && e.Modified.Equal(info.ModTime())
}

// record takes the hash of a file into the manifest.
func (m *manifest) record(info fs.FileInfo, sha256 string) {
	m.entries[info.Name()] = manifestEntry{Bytes: info.Size(), Modified: info.ModTime().UTC(), SHA256: sha256}
	m.changed = true
}

// forget takes a file out of the manifest.
func (m *manifest) forget(name string) {
	if _, ok := m.entries[name]; ok {
		delete(m.entries, name)
		m.changed = true
	}
}

// save writes the manifest if it changed.
func (m *manifest) save() error {
	if !m.changed {
		return nil
	}
	data, err := json.MarshalIndent(m.entries, "", "  ")
	if err != nil {
		return err
	}
	err = atomicfile.Write(filepath.Join(m.folder, manifestName), func(w io.Writer) error {
		_, err := w.Write(append(data, '\n'))
		return err
	})
	if err == nil {
		m.changed = false
	}
	return err
}

// Adopt takes into the folder's manifest that f was just written there and verified.
func Adopt(folder string, f File) error {
	m := readManifest(folder)
	info, err := os.Stat(filepath.Join(folder, f.Name))
	if err != nil {
		return err
	}
	m.record(info, f.SHA256)
	return m.save()
}
