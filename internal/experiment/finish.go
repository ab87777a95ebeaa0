package experiment

import (
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
	"dnn/internal/nn"
	"dnn/internal/nn/step"
	"dnn/internal/picture"
	"dnn/internal/report"
)

// finished is a training run that is over.
type finished struct {
	*experiment
	data     *dataset.Data
	engine   *step.Engine
	model    *nn.Sequential
	settings json.RawMessage // the experiment, as the model keeps it
	history  history.Epochs
	seconds  float64
	stopped  error // why, if before its last epoch
}

// finish writes the files of a run, tests the model, and tells the result. A run that was stopped keeps the model of its
// last whole epoch; its error is returned.
func finish(ctx context.Context, system *System, o Options, f finished) error {
	if f.stopped != nil && len(f.history) == 0 {
		if f.writes.checkpoints {
			report.Message(system.Stderr, "stopped in the first epoch: no model was written; --resume goes on")
		}
		return f.stopped
	}
	sum, err := f.write(ctx)
	if err != nil {
		return err
	}
	if f.stopped == nil {
		if err := f.noteUnlearned(system, o); err != nil {
			return err
		}
	}
	if f.stopped != nil && o.Listener.Ended != nil && f.writes.checkpoints {
		o.Listener.Ended(fmt.Sprintf("stopped: %s has the model of epoch %d of %d; --resume goes on", f.Output, len(f.history), f.Epochs))
	}
	test, tested := f.test(ctx)
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
	err = tell(o.Listener.End, report.EndEvent{
		Untested: !tested, TestLoss: test.MeanLoss(), TestAccuracy: test.Accuracy(), TrainSeconds: f.seconds,
		Epochs: len(f.history), Model: model, SHA256: sum, Interrupted: f.stopped != nil,
	})
	if f.stopped != nil {
		return f.stopped
	}
	return err
}

// shortTest is how many products of a weight and a sample a test has at most that the user who stopped a run waits for: some tenths
// of a second's worth.
const shortTest = 1 << 31

// test tests the model. After a run that was stopped it does so only if that does not take long.
func (f finished) test(ctx context.Context) (result step.Result, tested bool) {
	evaluator := step.NewEvaluator(f.engine, f.model, f.data.Test)
	if f.stopped == nil {
		evaluator.StopIf(func() bool { return ctx.Err() != nil })
	} else if float64(f.arch.Parameters())*float64(f.data.Test.Count) > shortTest {
		return step.Result{}, false
	}
	return evaluator.Evaluate(), true
}

// write writes the model, the history and the curves, and returns the model's SHA-256. The history takes the place of an older
// one after the model has, so that what lies there together belongs together.
func (f finished) write(ctx context.Context) (sum string, err error) {
	if f.stopped != nil {
		ctx = context.WithoutCancel(ctx)
	}
	if f.writes.model {
		if sum, err = await.Pass(ctx, f.Output, func() (string, error) { return f.writeModel(f.Output, f.history) }); err != nil {
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
	err = atomicfile.Write(curves, func(w io.Writer) error { return picture.WriteHistory(w, "png", f.history) })
	if err != nil {
		return "", fault.CannotWrite(curves, err)
	}
	return sum, nil
}

// writeModel writes the model as it is after the epochs of the history, and returns its SHA-256.
func (f finished) writeModel(path string, history history.Epochs) (sum string, err error) {
	file := &modelfile.Model{
		Version: Version, Seed: f.Seed, Dataset: f.Dataset.String(), DataHash: f.data.Hash,
		InputShape: f.source.Shape(), Scale: f.source.Scale(), Classes: f.source.ClassesOf(f.arch.Classes()),
		Columns: f.data.Columns, Mean: f.data.Standard.Mean, Std: f.data.Standard.Std,
		Config: f.settings, History: history,
	}
	for _, teacher := range f.teachers {
		file.Teachers = append(file.Teachers, teacher.SHA256)
	}
	file.Store(f.model)
	return modelfile.Write(path, file)
}
