package folder

import (
	"maps"
	"slices"
	"strings"

	"dnn/internal/fault"
)

// dataSet is the name of the data set among what a point learns from.
const dataSet = "dataset"

// CheckLearned returns an error of kind fault.Data if what a point learns from (the SHA-256 of files, by name) is not
// what the points before it have learned from: Identity.Learned. What nobody has learned from before is added to
// sweep.json.
func (f *Folder) CheckLearned(hashes map[string]string) error {
	hashes = f.identity.common(hashes)
	f.mutex.Lock()
	defer f.mutex.Unlock()
	if containsAll(f.learned, hashes) {
		return nil
	}
	id, err := readIdentity(f.path) // others may have added theirs
	if err != nil {
		return err
	}
	if err := id.CheckLearned(f.path, hashes); err != nil {
		return err
	}
	if !containsAll(id.Learned, hashes) {
		id.Learned = maps.Clone(id.Learned)
		if id.Learned == nil {
			id.Learned = map[string]string{}
		}
		maps.Copy(id.Learned, hashes)
		if err := id.write(f.path, Identity{}); err != nil {
			return err
		}
		// Of two that add different ones at the same moment, the one that reads the other's ends.
		if id, err = readIdentity(f.path); err != nil {
			return err
		}
	}
	f.learned = id.Learned
	return id.CheckLearned(f.path, hashes)
}

// CheckLearned is Folder.CheckLearned for the folder at path, and adds nothing.
func (id Identity) CheckLearned(path string, hashes map[string]string) error {
	const digits = 12
	hashes = id.common(hashes)
	for _, name := range slices.Sorted(maps.Keys(hashes)) {
		before, here := id.Learned[name], hashes[name]
		if before != "" && before != here {
			return fault.New(fault.Data, name, "has changed since points of %s learned from it: wanted SHA-256 %.*s, found %.*s", path,
				digits, before, digits, here).WithHint("take the file that was there, or another folder with -o")
		}
	}
	return nil
}

// common returns what all points learn from: a data set that is a parameter is none of it.
func (id Identity) common(hashes map[string]string) map[string]string {
	varies := slices.ContainsFunc(id.Keys, func(key string) bool { return key == dataSet || strings.HasPrefix(key, dataSet+".") })
	if varies {
		hashes = maps.Clone(hashes)
		delete(hashes, dataSet)
	}
	return hashes
}

// containsAll reports whether all of some are in all.
func containsAll(all, some map[string]string) bool {
	for name, value := range some {
		if all[name] != value {
			return false
		}
	}
	return true
}
