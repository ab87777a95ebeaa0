package mnist

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
)

// splitNames are the words for a split in the names of files: MNIST and KMNIST call the test split t10k, EMNIST and
// QMNIST test.
type splitNames []string

func trainNames() splitNames { return splitNames{"train"} }
func testNames() splitNames  { return splitNames{"t10k", "test"} }

// images returns the names that files of images have, without a prefix; MNIST's first. Some archives have a dot before
// the type.
func (s splitNames) images() []string { return s.names("images", "-idx3-ubyte", ".idx3-ubyte") }

// labels is images for labels. QMNIST's have eight numbers each, of which the first is the class.
func (s splitNames) labels() []string {
	return s.names("labels", "-idx1-ubyte", ".idx1-ubyte", intLabels, ".idx2-int")
}

// intLabels is the end of the name of QMNIST's labels.
const intLabels = "-idx2-int"

func (s splitNames) names(what string, endings ...string) []string {
	var names []string
	for _, split := range s {
		for _, ending := range endings {
			names = append(names, split+"-"+what+ending)
		}
	}
	return names
}

// labelRank returns the rank of a file of labels.
func labelRank(name string) int {
	if strings.HasSuffix(name, intLabels[1:]) {
		return 2
	}
	return 1
}

// find returns the first of the names, with the prefix, that a file in the folder has, also with .gz; the first of all
// if there is none.
func (o Own) find(names []string) string {
	for _, name := range names {
		for _, ending := range []string{"", ".gz"} {
			if _, err := os.Lstat(filepath.Join(o.Folder, o.Prefix+name+ending)); !errors.Is(err, fs.ErrNotExist) {
				return o.Prefix + name
			}
		}
	}
	return o.Prefix + names[0]
}

// near returns a hint that names a file that differs from the names in the prefix only; empty: there is none.
func (o Own) near(names []string) string {
	entries, _ := os.ReadDir(o.Folder) // without one, there is nothing to name
	for _, entry := range entries {
		for _, name := range names {
			prefix, ok := strings.CutSuffix(strings.TrimSuffix(entry.Name(), ".gz"), name)
			switch {
			case !ok || entry.IsDir():
			case prefix == "":
				return fmt.Sprintf("found %s there: take prefix out", entry.Name())
			default:
				return fmt.Sprintf("found %s there: write prefix: %s beside idx", entry.Name(), prefix)
			}
		}
	}
	return ""
}

// Paths returns the paths that the files may have, existing or not, and that of the classes' names.
func (o Own) Paths() []string {
	var paths []string
	for _, split := range []splitNames{trainNames(), testNames()} {
		for _, names := range [][]string{split.images(), split.labels()} {
			for _, name := range names {
				path := filepath.Join(o.Folder, o.Prefix+name)
				paths = append(paths, path, path+".gz")
			}
		}
	}
	if o.Classes != "" {
		paths = append(paths, o.Classes)
	}
	return paths
}
