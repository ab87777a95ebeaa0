package folder

import (
	"bytes"
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"time"

	"dnn/internal/atomicfile"
	"dnn/internal/fault"
	"dnn/internal/lockfile"
)

// Draft is the folder in which a point writes its files until it has a result. Nobody else sees it as the point's.
type Draft struct {
	Path string // of the folder

	stage   stage
	point   int
	release func() // the mark that the writer lives
}

// Draft makes the folder in which a point writes its files. Several writers of one point have one each.
func (f *Folder) Draft(point int) (*Draft, error) { return f.points().draft(point) }

// DraftRung is Draft at a rung.
func (f *Folder) DraftRung(rung, point int) (*Draft, error) { return f.rung(rung).draft(point) }

// A draft is called ".<point>.<machine>.<random>.tmp".
const draftFormat = ".%06d.%s.%08x.tmp"

func (s stage) draft(point int) (*Draft, error) {
	if err := os.MkdirAll(s.path, 0o777); err != nil {
		return nil, fault.CannotWrite(s.path, err)
	}
	const tries = 100 // each fails only if another process takes the name, or removes the folder before it is marked
	var failed error
	for range tries {
		path := filepath.Join(s.path, fmt.Sprintf(draftFormat, point, machine(), rand.Uint32()))
		if err := os.Mkdir(path, 0o777); err != nil {
			if failed = err; errors.Is(err, fs.ErrExist) {
				continue
			}
			break
		}
		release, err := lockfile.HoldFolder(path)
		switch {
		case err == nil:
			return &Draft{Path: path, stage: s, point: point, release: release}, nil
		case errors.Is(err, lockfile.ErrUnsupported):
			return &Draft{Path: path, stage: s, point: point, release: func() {}}, nil
		}
		failed = err
	}
	return nil, fault.New(fault.Write, s.path, "cannot make a folder for point %d: %w", point, fault.Pathless(failed))
}

// Write writes a file of the point. It need not be durable before Commit.
func (d *Draft) Write(name string, content []byte) error {
	path := filepath.Join(d.Path, name)
	if err := os.WriteFile(path, content, 0o666); err != nil {
		return d.cannotWrite(path, err)
	}
	return nil
}

// cannotWrite is the error about a file of the draft. If somebody has removed the folder, the name of the draft says
// nothing to a person.
func (d *Draft) cannotWrite(path string, err error) *fault.Error {
	if _, gone := os.Stat(d.Path); errors.Is(gone, fs.ErrNotExist) {
		return fault.New(fault.Write, d.stage.path, "the folder of point %d was removed while it was trained", d.point).
			WithHint("the same command trains the points that are lost")
	}
	return fault.CannotWrite(path, err)
}

// Commit writes the result, and makes the draft the point's folder in one step, after all its files are on the disk. If
// another writer was first, won is false, and the draft is gone: both have trained the same. After an error the draft is
// gone too.
func (d *Draft) Commit(r Result) (won bool, err error) {
	defer d.Discard() // does nothing once it was renamed
	r.Format, r.Sweep, r.Point = format, d.stage.identity.Hash, d.point
	text, err := encode(r)
	if err != nil {
		return false, err
	}
	if err := d.Write(resultFile, text); err != nil {
		return false, err
	}
	if err := d.sync(); err != nil {
		return false, d.cannotWrite(d.Path, err)
	}
	final := d.stage.of(d.point)
	const tries = 3
	for range tries {
		err = os.Rename(d.Path, final)
		if err == nil {
			if err := atomicfile.SyncFolder(d.stage.path); err != nil {
				return true, fault.CannotWrite(final, err)
			}
			return true, nil
		}
		if !errors.Is(err, fs.ErrExist) {
			break
		}
		if _, ok, err := d.stage.result(d.point); ok && err == nil {
			return false, nil
		}
		if _, err := d.stage.setAside(d.point); err != nil {
			return false, err
		}
	}
	return false, fault.CannotWrite(final, err)
}

// encode returns the bytes of result.json. They are the same for the same result.
func encode(r Result) ([]byte, error) {
	if r.Metrics == nil {
		r.Metrics = map[string]float64{}
	}
	if r.Curve == nil {
		r.Curve = []float64{}
	}
	if r.Parameters == nil {
		r.Parameters = []Parameter{}
	}
	var text bytes.Buffer
	e := json.NewEncoder(&text)
	e.SetEscapeHTML(false)
	err := e.Encode(r) // with a newline
	return text.Bytes(), err
}

// sync makes the files of the draft durable. It does so side by side, since a file system that keeps a journal can then
// write one entry for all.
func (d *Draft) sync() error {
	entries, err := os.ReadDir(d.Path)
	if err != nil {
		return err
	}
	failed := make([]error, len(entries))
	var all sync.WaitGroup
	for i, e := range entries {
		if !e.Type().IsRegular() {
			continue
		}
		all.Go(func() {
			file, err := os.OpenFile(filepath.Join(d.Path, e.Name()), os.O_RDWR, 0)
			if err == nil {
				err = errors.Join(file.Sync(), file.Close())
			}
			failed[i] = err
		})
	}
	all.Wait()
	if err := cmp.Or(failed...); err != nil {
		return err
	}
	return atomicfile.SyncFolder(d.Path)
}

// Discard removes the draft. It can be called more than once, and after Commit.
func (d *Draft) Discard() {
	_ = os.RemoveAll(d.Path) // what cannot be removed is removed by a later RemoveAbandoned
	d.release()
}

// abandonedAfter is the age at which a draft of another machine counts as left behind. Its writer may be paused, but
// hardly for so long.
const abandonedAfter = 7 * 24 * time.Hour

// RemoveAbandoned removes the drafts of writers that were killed, and returns how many: on this machine those that no
// process holds, of other machines those in which nothing was written for a week. It leaves whatever may have a living
// writer. It reads the names of all points, which is much on a shared file system if each of many tasks does it.
func (f *Folder) RemoveAbandoned() (removed int) {
	folders := []string{f.points().path}
	rungs, _ := os.ReadDir(filepath.Join(f.path, rungsFolder)) // most sweeps have none
	for _, rung := range rungs {
		folders = append(folders, filepath.Join(f.path, rungsFolder, rung.Name()))
	}
	for _, folder := range folders {
		entries, err := os.ReadDir(folder)
		if err != nil {
			continue
		}
		for _, e := range entries {
			if of, ok := draftOf(e.Name()); ok && e.IsDir() && removeDraft(filepath.Join(folder, e.Name()), of == machine()) {
				removed++
			}
		}
	}
	return removed
}

// Busy reports whether others write points at the moment, as far as one can know.
func (f *Folder) Busy() bool {
	entries, err := os.ReadDir(f.points().path)
	if err != nil {
		return false
	}
	for _, e := range entries {
		of, ok := draftOf(e.Name())
		if !ok {
			continue
		}
		release, err := lockfile.HoldFolder(filepath.Join(f.points().path, e.Name()))
		if err == nil {
			release()
		}
		if _, held := errors.AsType[*lockfile.HeldError](err); held || of != machine() {
			return true
		}
	}
	return false
}

// removeDraft removes a draft if it is abandoned. here says that its writer was on this machine, so that this one can
// know whether it lives.
func removeDraft(path string, here bool) bool {
	release, err := lockfile.HoldFolder(path)
	if err == nil {
		defer release()
	}
	if err != nil && !errors.Is(err, lockfile.ErrUnsupported) {
		return false // held, or gone
	}
	if alone := here && err == nil; !alone && time.Since(changed(path)) < abandonedAfter {
		return false
	}
	return os.RemoveAll(path) == nil
}

// changed returns when something was last written into a folder. It is now if that cannot be found out.
func changed(folder string) time.Time {
	info, err := os.Stat(folder)
	if err != nil {
		return time.Now()
	}
	last := info.ModTime()
	entries, _ := os.ReadDir(folder)
	for _, e := range entries {
		if info, err := e.Info(); err == nil && info.ModTime().After(last) {
			last = info.ModTime()
		}
	}
	return last
}

// draftOf returns the machine of the writer of a draft. ok is false if that is not the name of a draft.
func draftOf(name string) (machine string, ok bool) {
	parts := strings.Split(name, ".")
	if len(parts) != 5 || parts[0] != "" || parts[4] != "tmp" || len(parts[2]) != 8 || len(parts[3]) != 8 {
		return "", false
	}
	return parts[2], strings.Trim(parts[1], "0123456789") == "" && parts[1] != ""
}

// machine returns eight digits that are the same for all processes that see each other's locks: those of one kernel
// since it was started.
func machine() string {
	id, err := os.ReadFile("/proc/sys/kernel/random/boot_id")
	if err != nil {
		host, _ := os.Hostname()
		id = []byte(host)
	}
	sum := sha256.Sum256(id)
	return hex.EncodeToString(sum[:4])
}
