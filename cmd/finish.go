package cmd

import (
	"encoding/json"
	"fmt"
	"io"

	"dnn/internal/atomicfile"
	"dnn/internal/mnist"
	"dnn/internal/modelfile"
	"dnn/internal/nn"
	"dnn/internal/report"
	"dnn/internal/train"
)

// finished is a training run that is over.
type finished struct {
	*experiment
	data    *mnist.Dataset
	engine  *nn.Engine
	model   *nn.Sequential
	history train.History
	seconds float64
	stopped error // why, if before its last epoch
}

// finish writes the files of a run, tests the model, and tells the result. A run that was stopped keeps the model of its
// last whole epoch; its error is returned.
func finish(system *System, o trainOptions, f finished) error {
	if f.stopped != nil && len(f.history) == 0 {
		report.Message(system.Stderr, "stopped in the first epoch: no file was written")
		return f.stopped
	}
	sum, err := f.write()
	if err != nil {
		return err
	}
	if f.stopped != nil && !o.quiet {
		report.Message(system.Stderr, "stopped: %s has the model of epoch %d of %d", f.Output, len(f.history), f.Epochs)
	}
	test := nn.NewEvaluator(f.engine, f.model, samples(f.data.Test)).Evaluate()
	if o.json {
		err = report.NewEvents(system.Stdout).End(report.EndEvent{
			TestLoss: test.MeanLoss(), TestAccuracy: test.Accuracy(), TrainSeconds: f.seconds, Epochs: len(f.history),
			Model: f.Output, SHA256: sum, Interrupted: f.stopped != nil,
		})
	} else {
		_, err = fmt.Fprintln(system.Stdout, report.TestLine(test.MeanLoss(), test.Accuracy()))
	}
	if f.stopped != nil {
		return f.stopped
	}
	return err
}

// write writes the model and the curves, and returns the model's SHA-256.
func (f finished) write() (sum string, err error) {
	settings, err := json.Marshal(f.Reproducible())
	if err != nil {
		return "", err
	}
	file := &modelfile.Model{
		Version: Version, Seed: f.Seed, Dataset: f.data.Name, DataHash: f.data.Hash,
		InputShape: []int{f.data.Train.Height, f.data.Train.Width}, Scale: 1.0 / 255, Classes: f.data.Classes,
		Config: settings, History: f.history,
	}
	file.Store(f.model)
	if sum, err = modelfile.Write(f.Output, file); err != nil {
		return "", err
	}
	picture := modelfile.Beside(f.Output, ".history.png")
	err = atomicfile.Write(picture, func(w io.Writer) error { return report.WritePlot(w, "png", f.history) })
	if err != nil {
		return "", cannotWrite(picture, err)
	}
	return sum, nil
}
