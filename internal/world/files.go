package world

import (
	"slices"

	"dnn/internal/atomicfile"
	"dnn/internal/fault"
)

// File is a file that a command reads or writes.
type File struct {
	Role string // its name in errors, such as --profile or "the data set"
	Path string // empty: there is none
}

// Files returns the files at paths, which all have one role.
func Files(role string, paths ...string) []File {
	files := make([]File, len(paths))
	for i, path := range paths {
		files[i] = File{Role: role, Path: path}
	}
	return files
}

// CheckDistinct returns an error if an output is the same file as an input or another output, even by another name.
// Devices and FIFOs may be named more than once, since they are not replaced.
func CheckDistinct(outputs, inputs []File) error {
	for i, out := range outputs {
		if out.Path == "" || atomicfile.IsDevice(out.Path) {
			continue
		}
		for _, other := range slices.Concat(inputs, outputs[:i]) {
			if other.Path == "" || !atomicfile.Same(out.Path, other.Path) {
				continue
			}
			return fault.New(fault.Config, out.Path, "%s would be written over %s (%s)",
				out.Role, other.Role, other.Path).WithHint("give one of them another name")
		}
	}
	return nil
}
