package obtain

import (
	"runtime/debug"

	"dnn/internal/config"
	"dnn/internal/dataset"
	"dnn/internal/interop"
	"dnn/internal/modelfile"
	"dnn/internal/report"
	"dnn/internal/train"
	"dnn/internal/world"
)

// Model reads a model file, or a file of another program; notes about the latter go to standard error.
func Model(system *world.System, path string) (*modelfile.Model, error) {
	return interop.ReadModel(path, func(text string) { report.Note(system.Stderr, text) })
}

// How says how the data set of an experiment is read and split.
func How(system *world.System, r *config.Resolved, dataDir string) dataset.Options {
	return dataset.Options{
		DataDir: dataDir, Env: system.Env,
		Validation: func(samples int) int { return train.ValidationSamples(samples, r.ValidationSplit) },
		Stratified: r.Validation == "stratified", Seed: r.SplitSeed(),
	}
}

// Files returns the files of a data set.
func Files(system *world.System, d config.Dataset, dataDir string) []world.File {
	var files []world.File
	for _, path := range dataset.Files(d, dataDir, system.Env) {
		role := "the data set"
		if path == d.Test {
			role = "the test file"
		}
		files = append(files, world.File{Role: role, Path: path})
	}
	return files
}

// ModelFiles returns the files of the models at paths, which all have one role. An empty path is that of none.
func ModelFiles(role string, paths ...string) []world.File {
	var files []world.File
	for _, path := range paths {
		if path != "" {
			files = append(files, world.Files(role, interop.Files(path)...)...)
		}
	}
	return files
}

// PanicOnReadFault makes a failed read of a memory-mapped data set a panic of the current goroutine instead of the end
// of the process. The function that it returns restores the previous setting.
func PanicOnReadFault() (end func()) {
	before := debug.SetPanicOnFault(true)
	return func() { debug.SetPanicOnFault(before) }
}
