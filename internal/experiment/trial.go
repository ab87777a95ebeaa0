package experiment

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"time"

	"dnn/internal/fault"
	"dnn/internal/history"
	"dnn/internal/modelfile"
	"dnn/internal/obtain"
	"dnn/internal/report"
	"dnn/internal/train"
)

// TrialRun says how to train a Trial.
type TrialRun struct {
	Threads int    // at least 1
	Pause   int    // end after so many epochs, before the last, with a checkpoint at To; 0: train to the end
	To      string // the path with which the names of that checkpoint begin
	From    string // go on from the checkpoint there; empty: start at the first step

	Learn func(Learned) error       // is told what the run learns from, and may refuse it; nil: nothing is
	Plan  func(train.Plan)          // is told the size of the run; nil: nothing is
	Step  func(train.Step) error    // is called after each step; nil: nothing is
	Epoch func(history.Epoch) error // is called after each epoch; nil: nothing is
	Now   func() time.Time          // the clock by which epochs take their time; nil: the system's
}

// TrialResult is what training a Trial gave.
type TrialResult struct {
	report.Seed // without the model; if the run was paused or has failed, without the metrics of the test
	History     history.Epochs
	Paused      bool // at a checkpoint

	finished finished
}

// WriteModel writes the model of a run that was not paused, and returns the SHA-256 that seals it. The bytes are those
// of the model file of such a run alone.
func (r TrialResult) WriteModel(w io.Writer) (sha256 string, err error) {
	return modelfile.Encode(w, r.finished.file(r.History))
}

// errPaused ends a run that is to go on later.
var errPaused = errors.New("paused")

// Train trains the trial and, if it is not paused, tests it. It gives the same as the run alone, whatever the number of
// threads, and whether it was paused or not. If ctx ends, the error is its cause. After an error the result has the
// epochs before it.
func (t *Trial) Train(ctx context.Context, r TrialRun) (result TrialResult, err error) {
	defer obtain.PanicOnReadFault()()
	l, err := t.pool.load(ctx, t.experiment)
	if err != nil {
		return result, err
	}
	defer t.pool.shelf.Return(l)
	defer l.Data.Recover(&err)
	if err := Tell(r.Learn, t.learned(l.Data)); err != nil {
		return result, err
	}
	engine, err := NewEngine(&t.pool.system, r.Threads)
	if err != nil {
		return result, err
	}
	defer engine.Close()
	settings, err := json.Marshal(t.Reproducible())
	if err != nil {
		return result, err
	}
	model, err := t.newNetwork("")
	if err != nil {
		return result, err
	}
	run, err := t.newRun(&t.pool.system, engine, model, l.Data)
	if err != nil {
		return result, err
	}
	if r.Now != nil {
		run.Now = r.Now
	}
	f := finished{experiment: t.experiment, data: l.Data, run: run, settings: settings}
	if r.From != "" {
		if run.From, err = t.checkpointAt(f, run, r.From); err != nil {
			return result, err
		}
	}
	inner, pause := context.WithCancelCause(ctx)
	defer pause(nil)
	if r.Pause > 0 && r.Pause < t.Epochs {
		run.Checkpoints = t.checkpointsAt(f, r.To)
	}
	run.Callbacks = append(run.Callbacks, train.Callback{
		TrainBegin: func(p train.Plan) error {
			if r.Plan != nil {
				r.Plan(p)
			}
			return nil
		},
		StepEnd: r.Step,
		EpochEnd: func(e history.Epoch) error {
			if run.Checkpoints != nil && e.Epoch == r.Pause {
				pause(errPaused) // the next epoch begins with a checkpoint, and ends there
			}
			return Tell(r.Epoch, e)
		},
	})
	begun := run.Now()
	f.history, err = run.Do(inner)
	f.seconds = run.Now().Sub(begun).Seconds()
	result = TrialResult{History: f.history, Paused: errors.Is(err, errPaused), finished: f}
	if err == nil {
		f.tested, _ = f.test(ctx)
		if ctx.Err() != nil { // the result may lack samples
			err = context.Cause(ctx)
		}
	}
	if err != nil && !result.Paused {
		return result, err
	}
	result.Seed = f.seed(false)
	return result, l.Data.CheckSizes()
}

// checkpointsAt returns where a run writes or finds the checkpoint of a pause.
func (t *Trial) checkpointsAt(f finished, path string) *train.Checkpoints {
	c := t.checkpoints(f.data, f.settings)
	c.Path, c.EveryEpochs, c.Every, c.KeepLast = path, 0, 0, false
	return c
}

// checkpointAt returns the checkpoint that a run goes on from.
func (t *Trial) checkpointAt(f finished, run *train.Run, path string) (*train.Checkpoint, error) {
	found, _, err := t.checkpointsAt(f, path).Latest()
	if err == nil && found == nil {
		err = fault.New(fault.Data, path, "wanted a checkpoint, found none")
	}
	if err == nil {
		err = run.Fits(found)
	}
	return found, err
}
