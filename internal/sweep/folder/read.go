package folder

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"sync"

	"dnn/internal/fault"
)

// Results returns the results of all points that have one, by number. damaged has an error for each that cannot be
// read, or is of another sweep; it names the file. err is about the folder itself.
func (f *Folder) Results() (all []Result, damaged []error, err error) { return f.points().results() }

// RungResults is Results of the points that are at a rung.
func (f *Folder) RungResults(rung int) (all []Result, damaged []error, err error) {
	return f.rung(rung).results()
}

// Result returns the result of a point; false: it has none yet. A damaged one is a fault.Data that names the file.
func (f *Folder) Result(point int) (r Result, ok bool, err error) { return f.points().result(point) }

// RungResult is Result at a rung.
func (f *Folder) RungResult(rung, point int) (r Result, ok bool, err error) {
	return f.rung(rung).result(point)
}

// RungFile reads a file that a point has left at a rung; nil: there is none. Any other error is a fault.Data.
func (f *Folder) RungFile(rung, point int, name string) ([]byte, error) {
	path := filepath.Join(f.RungPath(rung, point), name)
	content, err := readRegular(path)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, fault.New(fault.Data, path, "cannot read: %w", fault.Pathless(err))
	}
	return content, nil
}

// readers is how many files are read at once: on a shared file system each waits for the network.
const readers = 16

// results reads all results of a stage.
func (s stage) results() (all []Result, damaged []error, err error) {
	entries, err := os.ReadDir(s.path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil, nil
	}
	if err != nil {
		return nil, nil, fault.New(fault.Data, s.path, "cannot read: %w", fault.Pathless(err))
	}
	var points []int
	for _, e := range entries {
		if point, ok := s.number(e.Name()); ok {
			points = append(points, point)
		}
	}
	slices.Sort(points)
	found := make([]Result, len(points))
	failed := make([]error, len(points))
	there := make([]bool, len(points))
	var readAll sync.WaitGroup
	for worker := range readers {
		readAll.Go(func() {
			for i := worker; i < len(points); i += readers {
				found[i], there[i], failed[i] = s.result(points[i])
			}
		})
	}
	readAll.Wait()
	for i := range points {
		switch {
		case failed[i] != nil:
			damaged = append(damaged, failed[i])
		case there[i]:
			all = append(all, found[i])
		}
	}
	return all, damaged, nil
}

// number returns the point whose folder has that name. ok is false if it is no folder of a point.
func (s stage) number(name string) (point int, ok bool) {
	point, err := strconv.Atoi(name)
	return point, err == nil && point >= 0 && filepath.Base(s.of(point)) == name
}

// result reads the result of one point.
func (s stage) result(point int) (r Result, ok bool, err error) {
	path := filepath.Join(s.of(point), resultFile)
	text, err := readRegular(path)
	if errors.Is(err, fs.ErrNotExist) {
		if _, err := os.Lstat(s.of(point)); errors.Is(err, fs.ErrNotExist) {
			return r, false, nil
		}
		return r, false, fault.New(fault.Data, path, "is missing: wanted the result of point %d", point)
	}
	if err != nil {
		return r, false, fault.New(fault.Data, path, "cannot read: %w", fault.Pathless(err))
	}
	if err := json.Unmarshal(text, &r); err != nil {
		return r, false, fault.New(fault.Data, path, "is damaged: wanted JSON, found: %w", err)
	}
	return r, true, s.check(path, point, r)
}

// check returns an error if r is not what point can have left at path.
func (s stage) check(path string, point int, r Result) error {
	id := s.identity
	switch {
	case r.Format != format:
		return fault.New(fault.Data, path, "wanted format %d, found %d", format, r.Format)
	case r.Sweep != id.Hash:
		return fault.New(fault.Data, path, "wanted a result of the sweep %s, found one of %s", id.title(),
			Identity{Hash: r.Sweep}.title())
	case r.Point != point || r.Setting != point/id.Seeds:
		return fault.New(fault.Data, path, "wanted point %d of setting %d, found point %d of setting %d", point,
			point/id.Seeds, r.Point, r.Setting)
	case !slices.Contains([]Status{Finished, Stopped, Paused, Diverged, Failed}, r.Status):
		return fault.New(fault.Data, path, "wanted a status of a point, found %q", r.Status)
	case len(r.Parameters) > len(id.Keys): // a setting of a list may have fewer
		return fault.New(fault.Data, path, "wanted at most %s, found %d", fault.Count(len(id.Keys), "parameter"), len(r.Parameters))
	}
	return nil
}

// SetAside moves the folder of a point whose result is damaged to the folder damaged, so that the point can be done
// again, and returns where it is now; empty: it is not there any more.
func (f *Folder) SetAside(point int) (where string, err error) { return f.points().setAside(point) }

// SetAsideRung is SetAside at a rung.
func (f *Folder) SetAsideRung(rung, point int) (where string, err error) {
	return f.rung(rung).setAside(point)
}

func (s stage) setAside(point int) (where string, err error) {
	folder := filepath.Join(s.Folder.path, asideFolder)
	if err := os.MkdirAll(folder, 0o777); err != nil {
		return "", fault.CannotWrite(folder, err)
	}
	to := filepath.Join(folder, fmt.Sprintf("%s-%06d-%08x", filepath.Base(s.path), point, rand.Uint32()))
	err = os.Rename(s.of(point), to)
	if errors.Is(err, fs.ErrNotExist) { // another run was first
		return "", nil
	}
	if err != nil {
		return "", fault.New(fault.Write, s.of(point), "cannot be set aside: %w", fault.Pathless(err))
	}
	return to, nil
}
