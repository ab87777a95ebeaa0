package cmd

import (
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"dnn/internal/atomicfile"
	"dnn/internal/fault"
	"dnn/internal/lockfile"
	"dnn/internal/mnist"
	"dnn/internal/modelfile"
	"dnn/internal/report"
)

// file is one that a command reads or writes.
type file struct {
	role string // what it is to the command, and the first word of an error about it: --profile, "the data set"
	path string
}

// checkDistinct refuses outputs that are an input, or another output, under whatever name: nothing is touched before. Devices
// and FIFOs may be named twice, since nothing in them is replaced.
func checkDistinct(outputs, inputs []file) error {
	for i, out := range outputs {
		if out.path == "" || atomicfile.IsStream(out.path) {
			continue
		}
		for _, other := range slices.Concat(inputs, outputs[:i]) {
			if other.path == "" || !sameFile(out.path, other.path) {
				continue
			}
			return fault.New(fault.Config, out.path, "%s would be written over %s (%s)", out.role, other.role, other.path).
				WithHint("give one of them another name")
		}
	}
	return nil
}

// sameFile tells whether two paths lead to one file: by device and inode where both are there, else by name.
func sameFile(a, b string) bool {
	infoA, errA := os.Stat(a)
	infoB, errB := os.Stat(b)
	if errA == nil && errB == nil {
		return os.SameFile(infoA, infoB)
	}
	if errA == nil || errB == nil {
		return false
	}
	a, b = canonical(a), canonical(b)
	return a == b || strings.EqualFold(a, b) && ignoresCase(filepath.Dir(a))
}

// canonical returns the absolute path of a file that need not be there, with the links on its way followed.
func canonical(path string) string {
	if target, err := atomicfile.Target(path); err == nil {
		path = target
	}
	if absolute, err := filepath.Abs(path); err == nil {
		path = absolute
	}
	if folder, err := filepath.EvalSymlinks(filepath.Dir(path)); err == nil {
		path = filepath.Join(folder, filepath.Base(path))
	}
	return path
}

// ignoresCase tells whether a file system finds a folder under its name in capitals too.
func ignoresCase(folder string) bool {
	other := filepath.Join(filepath.Dir(folder), strings.ToUpper(filepath.Base(folder)))
	if other == folder {
		other = filepath.Join(filepath.Dir(folder), strings.ToLower(filepath.Base(folder)))
	}
	infoA, errA := os.Stat(folder)
	infoB, errB := os.Stat(other)
	return other != folder && errA == nil && errB == nil && os.SameFile(infoA, infoB)
}

// checkModelName refuses a name that promises another format than that of a model file.
func checkModelName(where, path string) error {
	ending := strings.ToLower(filepath.Ext(path))
	others := map[string]string{
		".keras": "Keras models", ".h5": "Keras models", ".hdf5": "HDF5 files", ".onnx": "ONNX models", ".pt": "PyTorch models",
		".pth": "PyTorch models", ".tflite": "TensorFlow Lite models", ".pb": "TensorFlow models", ".pkl": "Python pickles",
		".npz": "NumPy arrays", ".npy": "NumPy arrays", ".yaml": "experiment files", ".yml": "experiment files", ".json": "JSON",
		".csv": "tables", ".png": "pictures", ".svg": "pictures",
	}
	kind, ok := others[ending]
	if !ok {
		return nil
	}
	return fault.New(fault.Config, where, "wanted the name of a model file, found %q: names that end in %s are those of %s", path, ending, kind).
		WithHint("call it %s.bin; it is a safetensors file, which Python reads", strings.TrimSuffix(path, filepath.Ext(path)))
}

// kept says which files a run leaves.
type kept struct{ model, history, picture bool }

// keeps returns which files the run leaves: all that were not refused, and beside a device or a FIFO none.
func (x *experiment) keeps(o trainOptions) kept {
	beside := !atomicfile.IsStream(x.Output)
	return kept{model: !o.noModel, history: beside && !o.noHistory, picture: beside && !o.noPicture}
}

// checkpoints tells whether a run leaves checkpoints: they are beside the model, where there is one.
func (k kept) checkpoints(output string) bool { return k.model && !atomicfile.IsStream(output) }

// checkFiles refuses an experiment that would write over what it reads, or write two things into one file.
func (x *experiment) checkFiles(system *System, o trainOptions) error {
	if err := checkModelName(x.Origins["output"], x.Output); err != nil {
		return err
	}
	inputs := []file{{"the experiment file", o.config}}
	switch d := x.Dataset; {
	case d.CSV != "":
		inputs = append(inputs, file{"the data set", d.CSV})
	default:
		folder := d.IDX
		if set, ok := mnist.Lookup(d.Name); ok {
			folder, _ = set.Folder(o.dataDir, system.Env) // if there is none, loading says so
		}
		names, _ := mnist.Lookup("mnist")
		for _, f := range names.Files() {
			path := filepath.Join(folder, f.Name)
			inputs = append(inputs, file{"the data set", path}, file{"the data set", path + ".gz"})
		}
	}
	if x.Distill != nil {
		for _, teacher := range x.Distill.Teacher {
			inputs = append(inputs, file{"a teacher", teacher})
		}
	}
	var outputs []file
	if o.lrFind == "" && o.preview == "" {
		keep := x.keeps(o)
		add := func(is bool, role, path string) {
			if is {
				outputs = append(outputs, file{role, path})
			}
		}
		add(keep.model, "the model", x.Output)
		add(keep.history, "the history", modelfile.Beside(x.Output, ".history.csv"))
		add(keep.picture, "the curves", modelfile.Beside(x.Output, ".history.png"))
		add(x.Checkpoint != nil && x.Checkpoint.Best != "", "the best model", modelfile.Beside(x.Output, ".best.bin"))
		add(true, "json_log", x.JSONLog)
		add(true, "tensorboard", x.TensorBoard)
	}
	outputs = append(outputs, file{"--profile", o.profile}, file{"--lr-find", o.lrFind}, file{"--preview-augmentation", o.preview})
	if err := checkDistinct(outputs, inputs); err != nil {
		return err
	}
	// The starting model is read whole before anything is written, so the new one may have its name.
	return checkDistinct(slices.DeleteFunc(outputs, func(f file) bool { return f.role == "the model" }), []file{{"the starting model", o.from}})
}

// lock keeps other runs from writing the same files until unlock is called, and removes what killed ones have left of them.
func (x *experiment) lock(system *System) (unlock func(), err error) {
	none := func() {}
	output, err := atomicfile.Target(x.Output)
	if err != nil {
		return nil, fault.CannotWrite(x.Output, err)
	}
	if atomicfile.IsStream(output) {
		return none, nil
	}
	stem := modelfile.Beside(output, "")
	unlock, err = lockfile.Lock(lockfile.Beside(stem))
	if held, ok := errors.AsType[*lockfile.HeldError](err); ok {
		return nil, fault.New(fault.Locked, x.Output, "another run is writing it: %w", held).
			WithHint("wait for it, or use -o for another name")
	}
	switch {
	case errors.Is(err, lockfile.ErrUnsupported):
		report.Message(system.Stderr, "note: %s: %v, so a second run with the same output would not be noticed", x.Output, err)
		return none, nil
	case err != nil:
		return nil, fault.CannotWrite(x.Output, err)
	}
	base := filepath.Base(stem)
	atomicfile.RemoveAbandoned(filepath.Dir(output), func(name string) bool {
		rest, ok := strings.CutPrefix(name, base)
		return ok && (rest == "" || rest == ".bin" || rest == ".best.bin" || strings.HasPrefix(rest, ".history.") || strings.HasPrefix(rest, ".ckpt-"))
	})
	return unlock, nil
}
