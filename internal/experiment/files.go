package experiment

import (
	"slices"

	"dnn/internal/atomicfile"
	"dnn/internal/fault"
	"dnn/internal/modelfile"
	"dnn/internal/obtain"
	"dnn/internal/train"
	"dnn/internal/world"
)

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

// inputs returns the files that the experiment reads, but for the model that it starts from.
func (x *experiment) inputs(system *System, o Options) []world.File {
	files := append(obtain.Files(system, x.Dataset, o.DataDir), world.File{Role: "the experiment file", Path: o.Config})
	if x.Distill != nil {
		files = append(files, obtain.ModelFiles("a teacher", x.Distill.Teacher...)...)
	}
	return files
}

// checkFiles returns an error if the experiment would overwrite one of its inputs or write two outputs to the same
// file.
func (x *experiment) checkFiles(system *System, o Options) error {
	if err := modelfile.CheckName(x.Origins["output"], x.Output); err != nil {
		return err
	}
	inputs := x.inputs(system, o)
	outputs := []world.File{
		{Role: "--profile", Path: o.Profile}, {Role: "--lr-find", Path: o.LRFind},
		{Role: "--preview-augmentation", Path: o.Preview},
	}
	if o.trains() {
		outputs = append(outputs, x.sideOutputs()...)
		for _, c := range x.Callbacks {
			if log, ok := c.Log(); ok {
				outputs = append(outputs, world.File{Role: c.Name, Path: log.Path()})
			}
		}
	}
	// The starting model is read before anything is written, so the new model, and nothing else, may replace it.
	from := obtain.ModelFiles("the starting model", o.From)
	if err := world.CheckDistinct(outputs, slices.Concat(inputs, from)); err != nil {
		return err
	}
	if !o.trains() || !x.writes.model {
		return nil
	}
	return world.CheckDistinct([]world.File{{Role: "the model", Path: x.Output}}, slices.Concat(inputs, outputs))
}

// bestModel is the role of the only output that a finished run may lack: it may have had no best epoch.
const bestModel = "the best model"

// sideOutputs returns the files that a run writes next to its model.
func (x *experiment) sideOutputs() []world.File {
	var files []world.File
	if x.writes.history {
		files = append(files, world.File{Role: "the history", Path: modelfile.ReplaceExtension(x.Output, ".history.csv")})
	}
	if x.writes.picture {
		files = append(files, world.File{Role: "the curves", Path: modelfile.ReplaceExtension(x.Output, ".history.png")})
	}
	if x.writes.checkpoints && x.Checkpoint != nil && x.Checkpoint.Best != "" {
		files = append(files, world.File{Role: bestModel, Path: modelfile.ReplaceExtension(x.Output, ".best.bin")})
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
		replaced = append(replaced, f.Path)
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
