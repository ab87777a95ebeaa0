package experiment

import (
	"slices"

	"dnn/internal/atomicfile"
	"dnn/internal/config"
	"dnn/internal/dataset"
	"dnn/internal/fault"
	"dnn/internal/modelfile"
	"dnn/internal/train"
)

// file is a file that a command reads or writes.
type file struct {
	role string // its name in errors, such as --profile or "the data set"
	path string
}

// checkDistinct returns an error if an output is the same file as an input or another output, even by another name.
// Devices and FIFOs may be named more than once, since they are not replaced.
func checkDistinct(outputs, inputs []file) error {
	for i, out := range outputs {
		if out.path == "" || atomicfile.IsStream(out.path) {
			continue
		}
		for _, other := range slices.Concat(inputs, outputs[:i]) {
			if other.path == "" || !atomicfile.Same(out.path, other.path) {
				continue
			}
			return fault.New(fault.Config, out.path, "%s would be written over %s (%s)",
				out.role, other.role, other.path).WithHint("give one of them another name")
		}
	}
	return nil
}

// outputs says which files a run writes.
type outputs struct{ model, checkpoints, history, picture bool }

// outputsOf returns which files a run writes to and next to its output: all that the options do not turn off. Next to a
// device or a FIFO it writes none.
func outputsOf(o Options, output string) outputs {
	isFile := !atomicfile.IsStream(output)
	return outputs{
		model: !o.NoModel, checkpoints: isFile && !o.NoModel,
		history: isFile && !o.NoHistory, picture: isFile && !o.NoPicture,
	}
}

// dataFiles returns the files of a data set.
func dataFiles(system *System, d config.Dataset, dataDir string) []file {
	var files []file
	for _, path := range dataset.Files(d, dataDir, system.Env) {
		role := "the data set"
		if path == d.Test {
			role = "the test file"
		}
		files = append(files, file{role, path})
	}
	return files
}

// modelFiles returns the model files at paths.
func modelFiles(paths []string) []file {
	var files []file
	for _, path := range paths {
		files = append(files, file{"the model", path})
	}
	return files
}

// checkFiles returns an error if the experiment would overwrite one of its inputs or write two outputs to the same
// file.
func (x *experiment) checkFiles(system *System, o Options) error {
	if err := modelfile.CheckName(x.Origins["output"], x.Output); err != nil {
		return err
	}
	inputs := append(dataFiles(system, x.Dataset, o.DataDir), file{"the experiment file", o.Config})
	if x.Distill != nil {
		for _, teacher := range x.Distill.Teacher {
			inputs = append(inputs, file{"a teacher", teacher})
		}
	}
	outputs := []file{{"--profile", o.Profile}, {"--lr-find", o.LRFind}, {"--preview-augmentation", o.Preview}}
	if o.trains() {
		outputs = append(outputs, x.sideOutputs()...)
		for _, c := range x.Callbacks {
			if log, ok := c.Log(); ok {
				outputs = append(outputs, file{c.Name, log.Path()})
			}
		}
	}
	// The starting model is read before anything is written, so the new model, and nothing else, may replace it.
	if err := checkDistinct(outputs, append(slices.Clone(inputs), file{"the starting model", o.From})); err != nil {
		return err
	}
	if !o.trains() || !x.writes.model {
		return nil
	}
	return checkDistinct([]file{{"the model", x.Output}}, slices.Concat(inputs, outputs))
}

// bestModel is the role of the only output that a finished run may lack: it may have had no best epoch.
const bestModel = "the best model"

// sideOutputs returns the files that a run writes next to its model.
func (x *experiment) sideOutputs() []file {
	var files []file
	if x.writes.history {
		files = append(files, file{"the history", modelfile.ReplaceExtension(x.Output, ".history.csv")})
	}
	if x.writes.picture {
		files = append(files, file{"the curves", modelfile.ReplaceExtension(x.Output, ".history.png")})
	}
	if x.writes.checkpoints && x.Checkpoint != nil && x.Checkpoint.Best != "" {
		files = append(files, file{bestModel, modelfile.ReplaceExtension(x.Output, ".best.bin")})
	}
	return files
}

// probe checks that everything that a run writes can be written, so that it fails now and not after hours. It leaves
// nothing behind.
func (x *experiment) probe(o Options) error {
	var replaced []string
	if x.writes.model {
		replaced = append(replaced, x.Output)
	}
	for _, f := range x.sideOutputs() {
		replaced = append(replaced, f.path)
	}
	for _, path := range replaced {
		if err := atomicfile.Probe(path); err != nil {
			return fault.CannotWrite(path, err)
		}
	}
	if x.writes.checkpoints {
		if err := (&train.Checkpoints{Path: x.checkpointPath()}).Probe(); err != nil {
			return err
		}
	}
	for _, c := range x.Callbacks {
		if log, ok := c.Log(); ok {
			if err := log.Probe(); err != nil {
				return err
			}
		}
	}
	if err := atomicfile.ProbeOpen(o.Profile); o.Profile != "" && err != nil {
		return fault.CannotWrite(o.Profile, err)
	}
	return nil
}

// lock prevents other runs from writing the same files until unlock is called.
func (x *experiment) lock(system *System, o Options) (unlock func(), err error) {
	if x.writes == (outputs{}) {
		return func() {}, nil
	}
	unlock, warning, err := modelfile.Lock(x.Output)
	if warning != "" {
		return unlock, o.note(system, "%s", warning)
	}
	return unlock, err
}
