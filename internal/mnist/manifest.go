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

// manifestName is the name of the manifest in a set's folder.
const manifestName = "manifest.json"

// manifest caches the SHA-256 of the files of a folder, each with the size and modification time that the file had when
// it was hashed, so that not every start of dnn has to hash 55 MB.
type manifest struct {
	folder  string
	changed bool
	entries map[string]manifestEntry // by file name
}

// manifestEntry is one file in manifest.json.
type manifestEntry struct {
	Bytes    int64     `json:"bytes"`
	Modified time.Time `json:"modified"`
	SHA256   string    `json:"sha256"` // of the IDX file, also if the entry is for its .gz
}

// readManifest reads the folder's manifest. One that is missing or damaged counts as empty.
func readManifest(folder string) *manifest {
	m := &manifest{folder: folder}
	if data, err := os.ReadFile(filepath.Join(folder, manifestName)); err == nil {
		_ = json.Unmarshal(data, &m.entries) // a damaged one is replaced
	}
	if m.entries == nil {
		m.entries = map[string]manifestEntry{}
	}
	return m
}

// vouchesFor reports whether the file with that info was hashed and found to be f, and has not changed since.
func (m *manifest) vouchesFor(f File, info fs.FileInfo) bool {
	e, ok := m.entries[info.Name()]
	return ok && e.SHA256 == f.SHA256 && e.Bytes == info.Size() && e.Modified.Equal(info.ModTime())
}

// record puts the hash of a file into the manifest.
func (m *manifest) record(info fs.FileInfo, sha256 string) {
	m.entries[info.Name()] = manifestEntry{Bytes: info.Size(), Modified: info.ModTime().UTC(), SHA256: sha256}
	m.changed = true
}

// forget removes a file from the manifest.
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

// Adopt records in the folder's manifest that f was just written there and verified.
func Adopt(folder string, f File) error {
	m := readManifest(folder)
	info, err := os.Stat(filepath.Join(folder, f.Name))
	if err != nil {
		return err
	}
	m.record(info, f.SHA256)
	return m.save()
}
