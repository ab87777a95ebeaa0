package mnist

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"path/filepath"
	"strings"

	"dnn/internal/atomicfile"
	"dnn/internal/fault"
)

// FileState is the state of one file of a set.
type FileState struct {
	Name   string
	State  State
	Bytes  int64  // 0 if it is missing
	SHA256 string // hex; "" if the file is missing or has the wrong size, and so was not hashed
}

// State is the condition of a file.
type State string

// The conditions of a file.
const (
	OK      State = "ok"
	Missing State = "missing"
	Damaged State = "damaged" // something else has its name
)

// Verify hashes the four files of the set in folder without trusting the manifest, and returns their states in the
// order of Set.Files. If any is not OK, it returns the states and an error of kind fault.Data that names those files.
func Verify(s Set, folder string) ([]FileState, error) {
	m := readManifest(folder)
	var states []FileState
	var bad []string
	for _, f := range s.Files() {
		st, err := m.inspect(f, rehash)
		if err != nil {
			return states, fault.New(fault.Data, filepath.Join(folder, f.Name), "%w", fault.Pathless(err))
		}
		states = append(states, st)
		if st.State != OK {
			bad = append(bad, fmt.Sprintf("%s is %s", f.Name, st.State))
		}
	}
	_ = m.save() // only a cache; the folder may be read-only
	if len(bad) > 0 {
		return states, fault.New(fault.Data, folder, "%s", strings.Join(bad, ", ")).
			WithHint("dnn download %s fetches what is missing or damaged", s.Name)
	}
	return states, nil
}

// Inspect divides the files of the set into those that are in the folder and those that are missing or damaged, both in
// the order of Set.Files. A file that the manifest knows with its size and modification time is not hashed again.
func Inspect(s Set, folder string) (present, missing []File) {
	m := readManifest(folder)
	for _, f := range s.Files() {
		// A file that cannot be read counts as missing: to replace it takes permissions on the folder only.
		if st, err := m.inspect(f, believeCache); err == nil && st.State == OK {
			present = append(present, f)
		} else {
			missing = append(missing, f)
		}
	}
	_ = m.save() // only a cache; the folder may be read-only
	return present, missing
}

// trust says whether to trust the manifest.
type trust bool

const (
	rehash       trust = false
	believeCache trust = true
)

// inspect returns the state of one file and updates the manifest. The only error is that of a file that is there but
// cannot be read.
func (m *manifest) inspect(f File, t trust) (FileState, error) {
	st := FileState{Name: f.Name, State: Missing}
	file, err := atomicfile.Open(filepath.Join(m.folder, f.Name))
	if errors.Is(err, atomicfile.ErrIrregular) {
		m.forget(f.Name)
		st.State = Damaged
		return st, nil
	}
	if errors.Is(err, fs.ErrNotExist) {
		m.forget(f.Name)
		return st, nil
	}
	if err != nil {
		return st, err
	}
	defer func() { _ = file.Close() }()
	info, err := file.Stat()
	if err != nil {
		return st, err
	}
	st.State, st.Bytes = Damaged, info.Size()
	switch {
	case t == believeCache && m.vouchesFor(f, info):
		st.State, st.SHA256 = OK, f.SHA256
		return st, nil
	case info.Size() != f.Bytes:
		m.forget(f.Name)
		return st, nil
	}
	hash := sha256.New()
	if _, err := io.Copy(hash, file); err != nil {
		return st, err
	}
	st.SHA256 = hex.EncodeToString(hash.Sum(nil))
	if st.SHA256 == f.SHA256 {
		st.State = OK
	}
	m.record(info, st.SHA256)
	return st, nil
}
