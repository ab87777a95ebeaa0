package experiment

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"

	"dnn/internal/atomicfile"
	"dnn/internal/await"
	"dnn/internal/dataset"
	"dnn/internal/fault"
	"dnn/internal/history"
	"dnn/internal/modelfile"
	"dnn/internal/nn/step"
	"dnn/internal/picture"
	"dnn/internal/report"
	"dnn/internal/train"
)

// finished is a training run that has completed or was stopped.
type finished struct {
	*experiment
	data     *dataset.Data
	run      *train.Run
	settings json.RawMessage // the experiment, as it is stored in the model
	history  history.Epochs
	seconds  float64
	stopped  error // why the run was interrupted; nil: it was not

	tested step.Result // on the test samples, set by finish
	sum    string      // SHA-256 of the model, set by finish
}

// finish writes the files of a run, tests the model, and reports the result. An interrupted run gets the model of its
// last completed epoch; finish then returns the error that stopped it.
func finish(ctx context.Context, system *System, o Options, f *finished) error {
	if f.stopped != nil && len(f.history) == 0 {
		if f.writes.checkpoints {
			report.Message(system.Stderr, "stopped in the first epoch: no model was written; --resume goes on")
		}
		return f.stopped
	}
	sum, test, tested, err := f.writeAndTest(ctx, o)
	if err == nil && f.stopped == nil {
		err = f.noteUnlearned(system, o)
	}
	f.sum, f.tested = sum, test
	if err != nil {
		return err
	}
	if err := f.data.CheckSizes(); err != nil {
		return err
	}
	if f.stopped == nil && ctx.Err() != nil {
		return context.Cause(ctx)
	}
	model := f.Output
	if !f.writes.model {
		model = ""
	}
	err = Tell(o.Listener.End, report.EndEvent{
		Untested: !tested, TestLoss: test.MeanLoss(), TestAccuracy: test.Accuracy(), TrainSeconds: f.seconds,
		Epochs: len(f.history), Model: model, SHA256: sum, Interrupted: f.stopped != nil,
	})
	if f.stopped != nil {
		return f.stopped
	}
	return err
}

// writeAndTest writes the files and tests the model at the same time: the one waits for the disk, or draws on one core,
// where the other has work for all. After an interruption the user waits for the model, so it is written, and that told,
// before the test.
func (f finished) writeAndTest(
	ctx context.Context, o Options,
) (sum string, test step.Result, tested bool, err error) {
	wait := await.Beside(func() { sum, err = f.write(ctx) })
	defer wait() // if the test panics
	if f.stopped != nil {
		if wait(); err != nil {
			return "", step.Result{}, false, err
		}
		if o.Listener.Ended != nil && f.writes.checkpoints {
			o.Listener.Ended(fmt.Sprintf("stopped: %s has the model of epoch %d of %d; --resume goes on",
				f.Output, len(f.history), f.Epochs))
		}
	}
	test, tested = f.test(ctx)
	if o.trained != nil {
		o.trained()
	}
	wait()
	return sum, test, tested, err
}

// maxTestAfterStop limits the test after an interruption, since the user waits for it. It is a number of
// multiplications of a weight and an input.
const maxTestAfterStop = 1 << 31

// test evaluates the model on the test samples. After an interruption it does so only if that is quick.
func (f finished) test(ctx context.Context) (result step.Result, tested bool) {
	evaluator := step.NewEvaluator(f.run.Engine, f.run.Model, f.data.Test)
	if f.stopped == nil {
		evaluator.StopIf(func() bool { return ctx.Err() != nil })
	} else if float64(f.arch.Parameters())*float64(f.data.Test.Count) > maxTestAfterStop {
		return step.Result{}, false
	}
	return evaluator.Evaluate(), true
}

// write writes the model, the history and the curves, and returns the SHA-256 of the model. It replaces an older
// history only after the older model, so that the files next to each other belong together. The curves are drawn while
// the disk is busy with the model.
func (f finished) write(ctx context.Context) (sum string, err error) {
	if f.stopped != nil {
		ctx = context.WithoutCancel(ctx)
	}
	var drawing bytes.Buffer
	var undrawn error
	waitForDrawing := func() {}
	if f.writes.picture {
		waitForDrawing = await.Beside(func() { undrawn = picture.WriteHistory(&drawing, "png", f.history) })
	}
	if f.writes.model {
		write := func() (string, error) { return f.writeModel(f.Output, f.history) }
		if sum, err = await.Pass(ctx, f.Output, write); err != nil {
			return "", err
		}
	}
	if f.writes.history {
		if err := f.experiment.history.Commit(); err != nil {
			return "", err
		}
	}
	if !f.writes.picture {
		return sum, nil
	}
	curves := modelfile.ReplaceExtension(f.Output, ".history.png")
	err = atomicfile.Write(curves, func(w io.Writer) error {
		if waitForDrawing(); undrawn != nil {
			return undrawn
		}
		_, err := drawing.WriteTo(w)
		return err
	})
	if err != nil {
		return "", fault.CannotWrite(curves, err)
	}
	return sum, nil
}

// writeModel writes the model with the given history, and returns the SHA-256 of the file.
func (f finished) writeModel(path string, history history.Epochs) (sum string, err error) {
	return modelfile.Write(path, f.file(history))
}

// file returns the model as it is now, with the given history.
func (f finished) file(history history.Epochs) *modelfile.Model {
	file := &modelfile.Model{
		Version: Version, Seed: f.Seed, Dataset: f.Dataset.String(), DataHash: f.data.Hash,
		InputShape: f.source.Shape(), Scale: f.source.Scale(), Classes: f.source.ClassesOf(f.arch.Classes()),
		Columns: f.data.Columns, Mean: f.data.Standard.Mean, Std: f.data.Standard.Std,
		Config: f.settings, History: history, Start: f.start,
		RateChanges: f.run.RateChanges.Before(len(history) * f.run.Plan().Steps),
	}
	for _, teacher := range f.teachers {
		file.Teachers = append(file.Teachers, teacher.SHA256)
	}
	file.Store(f.run.Model)
	return file
}
