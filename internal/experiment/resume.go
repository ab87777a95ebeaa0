package experiment

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"slices"

	"dnn/internal/dataset"
	"dnn/internal/fault"
	"dnn/internal/history"
	"dnn/internal/modelfile"
	"dnn/internal/report"
	"dnn/internal/train"
	"dnn/internal/train/schedule"
)

// resume makes the run go on from its newest checkpoint. It returns true if the run is already finished and nothing is
// left to do.
func (x *experiment) resume(
	system *System, run *train.Run, data *dataset.Data, settings json.RawMessage,
) (over bool, err error) {
	if run.Checkpoints == nil {
		return false, fault.New(fault.Config, x.Output,
			"wanted the name of a file with --resume, found a device or a FIFO")
	}
	var model outcome
	file, finished := readFinished(x.Output) // if what is not a model cannot be replaced, the run reports that later
	if finished {
		model, finished = x.outcomeOf(file, data, settings, run.Plan())
	}
	checkpoints, err := run.Checkpoints.Count()
	if err != nil {
		return false, err
	}
	if checkpoints == 0 && finished {
		return x.withoutCheckpoint(system, model)
	}
	found, notes, err := run.Checkpoints.Latest()
	if err == nil && found != nil {
		if err := run.Fits(found); err != nil {
			return false, err
		}
		if ended := x.ends(run.Plan(), found.History()); ended != found.Ended() {
			return false, fault.New(fault.Data, found.Path(),
				"contradicts itself: it says that the run has ended: %t, by its history: %t", found.Ended(), ended)
		}
		over := found.Ended() || len(found.History()) == x.Epochs
		if over && finished && x.isOver(model) && checkpoints == 1 && x.isComplete() {
			x.reportOver(system, model)
			return true, nil
		}
	}
	for _, note := range notes {
		report.Message(system.Stderr, "%s", note)
	}
	run.From = found
	return false, err
}

// goesOn makes the run go on from its newest checkpoint, if that is of this very run, but for the epochs. With resume it
// need not have started from the same model.
func (x *experiment) goesOn(run *train.Run, resume bool) bool {
	found, _, err := run.Checkpoints.Latest()
	if err != nil || found == nil || run.Fits(found) != nil || !resume && run.Checkpoints.Start != x.start {
		run.Checkpoints.Start = x.start
		return false
	}
	run.From = found
	return true
}

// outcome is what a run of the same experiment, except perhaps for the number of epochs, has left at the output.
type outcome struct {
	epochs int  // the number that it was to train
	done   int  // the number that it has trained
	ended  bool // whether early stopping or a target ended it
}

// readFinished reads what may be the model of a finished run. It returns false if there is no model file.
func readFinished(path string) (file *modelfile.Model, ok bool) {
	if info, err := os.Stat(path); err != nil || !info.Mode().IsRegular() {
		return nil, false
	}
	file, err := modelfile.Read(path)
	return file, err == nil
}

// outcomeOf returns what a finished run of the same experiment, except perhaps for the number of epochs, has left as that
// model. It returns false if the model is of another one.
func (x *experiment) outcomeOf(
	file *modelfile.Model, data *dataset.Data, settings json.RawMessage, plan train.Plan,
) (o outcome, ok bool) {
	var teachers []string
	for _, t := range x.teachers {
		teachers = append(teachers, t.SHA256)
	}
	_, here := epochsOf(settings)
	epochs, there := epochsOf(file.Config)
	if !bytes.Equal(here, there) || file.DataHash != data.Hash || !slices.Equal(file.Teachers, teachers) ||
		x.start != "" && x.start != file.Start {
		return o, false
	}
	o = outcome{epochs: epochs, done: len(file.History), ended: x.ends(plan, file.History)}
	return o, o.ended || o.done == o.epochs
}

// epochsOf splits the settings that a model stores into the number of epochs and the rest.
func epochsOf(settings json.RawMessage) (epochs int, rest []byte) {
	var keys map[string]json.RawMessage
	if json.Unmarshal(settings, &keys) != nil || json.Unmarshal(keys["epochs"], &epochs) != nil {
		return 0, settings
	}
	delete(keys, "epochs")
	rest, err := json.Marshal(keys) // in sorted order
	if err != nil {
		return 0, settings
	}
	return epochs, rest
}

// ends reports whether a callback, such as early stopping, ends a run after these epochs.
func (x *experiment) ends(plan train.Plan, history history.Epochs) bool {
	// In a run without a model, callbacks observe epochs but restore no weights.
	watched := train.Run{Schedule: schedule.Constant(x.Optimizer.LearningRate)}
	for _, c := range x.Callbacks {
		if !c.Observes() {
			c.Add(&watched)
		}
	}
	return slices.ContainsFunc(watched.Callbacks, func(c train.Callback) bool {
		return train.Ends(c, plan, history)
	})
}

// isOver reports whether the run that left the model has finished this experiment. A run that a callback ended early
// would also end there with more epochs.
func (x *experiment) isOver(o outcome) bool {
	return o.epochs == x.Epochs || o.ended && o.done <= x.Epochs && x.epochsFixedBy() == ""
}

// isComplete reports whether all files of a finished run are in place. A run that was killed while it wrote them lacks
// some of them, or has more than one checkpoint; it then resumes and writes them again.
func (x *experiment) isComplete() bool {
	if x.writes.history && x.history.Pending() {
		return false
	}
	for _, f := range x.sideOutputs() {
		if _, err := os.Stat(f.Path); err != nil && f.Role != bestModel {
			return false
		}
	}
	return true
}

// reportOver tells the user that the run is already finished.
func (x *experiment) reportOver(system *System, o outcome) {
	why := ""
	if o.ended && o.epochs != x.Epochs {
		why = fmt.Sprintf(": it was ended after epoch %d, whatever the number of epochs", o.done)
	}
	report.Message(system.Stderr, "%s is of this very run, which is finished%s: nothing is left to do", x.Output, why)
}

// withoutCheckpoint is the case of resume in which a finished run has left its model but no checkpoint. Starting again
// would overwrite that model, which is not what --resume asks for.
func (x *experiment) withoutCheckpoint(system *System, o outcome) (over bool, err error) {
	fixed := x.epochsFixedBy()
	switch {
	case x.isOver(o):
		x.reportOver(system, o)
		return true, nil
	case fixed != "":
		return false, fault.New(fault.Data, x.Output,
			"is finished with epochs: %d, found %d, which is another run: %s depends on it", o.epochs, x.Epochs, fixed).
			WithHint("train anew, without --resume")
	case x.Epochs < o.done:
		return false, fault.New(fault.Data, x.Output,
			"is finished with %d epochs, wanted no fewer, found %d", o.done, x.Epochs).
			WithHint("train anew, without --resume")
	}
	return false, fault.New(fault.Data, x.Output,
		"is finished with %d epochs, and its last checkpoint was not kept", o.done).
		WithHint("train anew, without --resume; with --keep-checkpoint a run can go on to more epochs later")
}

// epochsFixedBy returns the setting, with its value, that makes every step depend on the number of epochs; empty: there
// is none.
func (x *experiment) epochsFixedBy() string {
	if fixed := x.Schedule.FixedBy(); fixed != "" {
		return "schedule." + fixed
	}
	return ""
}
