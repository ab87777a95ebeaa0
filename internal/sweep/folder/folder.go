package folder

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"syscall"

	"dnn/internal/atomicfile"
	"dnn/internal/fault"
)

// format is the version of the files of a folder.
const format = 1

// Names of what is in the folder of a sweep, and in that of a point.
const (
	// IdentityFile says which sweep a folder is of.
	IdentityFile = "sweep.json"

	resultFile   = "result.json"
	pointsFolder = "points"
	rungsFolder  = "rungs"
	asideFolder  = "damaged"

	ModelFile      = "model.bin"
	HistoryFile    = "history.csv"
	ExperimentFile = "experiment.yaml"
)

// Folder is the folder of one sweep. Its methods can be called from several goroutines.
type Folder struct {
	path     string
	identity Identity
	before   string

	mutex   sync.Mutex
	learned map[string]string // what CheckLearned has found in sweep.json
}

// Subfolders returns the names of the folders in that of a sweep, in which nothing else may write.
func Subfolders() []string { return []string{pointsFolder, rungsFolder, asideFolder} }

// Default returns where the folder of a sweep file is unless something else is said: its name, with .sweep in place of
// its extension.
func Default(file string) string { return strings.TrimSuffix(file, filepath.Ext(file)) + ".sweep" }

// Create makes the folder of a sweep, or opens the one that is there. That of another sweep is a fault.Data. A sweep with
// fewer settings than were asked for before, such as by a smaller run_cap, is the same sweep: the folder keeps the larger
// number.
func Create(path string, id Identity) (*Folder, error) {
	id.Format = format
	found, err := readIdentity(path)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		if err := take(path, id); err != nil {
			return nil, err
		}
	case err != nil:
		return nil, err
	case found.Hash != id.Hash:
		return nil, otherSweep(path, id, found)
	case found.Settings > id.Settings:
		id = found
	}
	id.Learned = found.Learned
	f := &Folder{path: path, identity: id, before: found.Version}
	for _, sub := range []string{pointsFolder, rungsFolder} {
		if sub == rungsFolder && len(id.Rungs) == 0 {
			continue
		}
		if err := os.MkdirAll(filepath.Join(path, sub), 0o777); err != nil {
			return nil, fault.CannotWrite(filepath.Join(path, sub), err)
		}
	}
	if err := id.write(path, found); err != nil {
		return nil, err
	}
	// Of two sweeps that begin in one folder at the same moment, the one that reads the other's name ends.
	if found, err = readIdentity(path); err == nil && found.Hash != id.Hash {
		err = otherSweep(path, id, found)
	}
	return f, err
}

// write writes sweep.json, unless it was found to say that: another may have added what is learned from since.
func (id Identity) write(path string, found Identity) error {
	text, err := json.MarshalIndent(id, "", "  ")
	if err != nil {
		return err
	}
	if old, err := json.MarshalIndent(found, "", "  "); err == nil && bytes.Equal(old, text) {
		return nil
	}
	file := filepath.Join(path, IdentityFile)
	err = atomicfile.Write(file, func(w io.Writer) error {
		_, err := w.Write(append(text, '\n'))
		return err
	})
	if err != nil {
		return fault.CannotWrite(file, err)
	}
	return nil
}

// Open opens the folder of a sweep.
func Open(path string) (*Folder, error) {
	id, err := readIdentity(path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, fault.New(fault.Data, path, "wanted the folder of a sweep, found no %s in it", IdentityFile).
			WithHint("dnn sweep run makes it")
	}
	if err != nil {
		return nil, err
	}
	return &Folder{path: path, identity: id}, nil
}

// take makes the folder at path, or takes one that has nothing of a sweep in it, or only results of this one: it has
// lost its sweep.json.
func take(path string, id Identity) error {
	if err := os.MkdirAll(path, 0o777); err != nil {
		return fault.New(fault.Write, path, "cannot make the folder: %w", fault.Pathless(err))
	}
	for _, sub := range []string{pointsFolder, rungsFolder} {
		entries, _ := os.ReadDir(filepath.Join(path, sub))
		if len(entries) > 0 && !(&Folder{path: path, identity: id}).hasOnlyOwn() {
			return fault.New(fault.Data, path, "wanted an empty folder or that of the sweep, found %s without %s", sub, IdentityFile).
				WithHint("write to another folder with -o")
		}
	}
	return nil
}

// hasOnlyOwn reports whether the folder has results, and all of them are of its sweep and whole.
func (f *Folder) hasOnlyOwn() bool {
	stages := []stage{f.points()}
	for k := range f.identity.Rungs {
		stages = append(stages, f.rung(k))
	}
	results := 0
	for _, s := range stages {
		all, damaged, err := s.results()
		if err != nil || len(damaged) > 0 {
			return false
		}
		results += len(all)
	}
	return results > 0
}

// readIdentity reads sweep.json of the folder at path. That there is none is an fs.ErrNotExist.
func readIdentity(path string) (id Identity, err error) {
	file := filepath.Join(path, IdentityFile)
	text, err := readRegular(file)
	if errors.Is(err, syscall.ENOTDIR) { // a file is where the folder should be
		err = fs.ErrNotExist
	}
	if errors.Is(err, fs.ErrNotExist) {
		return id, err
	}
	if err != nil {
		return id, fault.New(fault.Data, file, "cannot read: %w", fault.Pathless(err))
	}
	if err := json.Unmarshal(text, &id); err != nil {
		return id, fault.New(fault.Data, file, "is damaged: wanted JSON, found: %w", err).
			WithHint("remove that file: dnn sweep run makes it anew, and keeps the points")
	}
	if id.Format != format {
		return id, fault.New(fault.Data, file, "wanted format %d, found %d", format, id.Format).
			WithHint("another version of dnn wrote the folder")
	}
	if id.Hash == "" || id.Seeds < 1 || id.Settings < 0 {
		return id, fault.New(fault.Data, file, "wanted the hash, seeds and settings of a sweep, found %q, %d, %d",
			id.Hash, id.Seeds, id.Settings)
	}
	return id, nil
}

// maxFile is how many bytes are read of a file. The result of the longest run has a sixth of that.
const maxFile = 64 << 20

// readRegular reads a file of at most maxFile bytes, but no FIFO or device, which might never end.
func readRegular(path string) ([]byte, error) {
	file, err := atomicfile.Open(path)
	if err != nil {
		return nil, err
	}
	defer func() { _ = file.Close() }() // it was only read
	info, err := file.Stat()
	if err != nil {
		return nil, err
	}
	if info.Size() > maxFile {
		return nil, fmt.Errorf("wanted at most %d bytes, found %d", maxFile, info.Size())
	}
	return io.ReadAll(io.LimitReader(file, maxFile))
}

// Identity says which sweep the folder is of.
func (f *Folder) Identity() Identity { return f.identity }

// Before returns the version of dnn that Create has found in the folder; empty: there was no folder.
func (f *Folder) Before() string { return f.before }

// Path returns where the folder is.
func (f *Folder) Path() string { return f.path }

// PointPath returns the folder of a point, whether it exists or not.
func (f *Folder) PointPath(point int) string { return f.points().of(point) }

// RungPath returns the folder of a point at a rung, whether it exists or not.
func (f *Folder) RungPath(rung, point int) string { return f.rung(rung).of(point) }

// stage is where points leave results: at their end, or at a rung.
type stage struct {
	*Folder
	path string
}

func (f *Folder) points() stage { return stage{f, filepath.Join(f.path, pointsFolder)} }

func (f *Folder) rung(k int) stage {
	return stage{f, filepath.Join(f.path, rungsFolder, strconv.Itoa(k))}
}

// of returns the folder of a point. Six digits keep the usual numbers in order.
func (s stage) of(point int) string { return filepath.Join(s.path, fmt.Sprintf("%06d", point)) }
