package experiment

import (
	"fmt"

	"dnn/internal/report"
)

// note reports something that the user may want to know, on standard error and to the listener. It has no influence on
// the run.
func (o Options) note(system *System, format string, args ...any) error {
	text := fmt.Sprintf(format, args...)
	report.Note(system.Stderr, text)
	return Tell(o.Listener.Note, text)
}

// noteExperiment reports what looks like a mistake in the experiment, before any sample is read.
func (x *experiment) noteExperiment(system *System, o Options) error {
	notes := x.Notes
	if x.from != nil {
		// The classes of a table match: startSource has checked them. Those of images may differ.
		if err := x.from.MatchesClasses(o.From, x.Dataset.String(), x.source.Classes); err != nil {
			notes = append(notes, fmt.Sprintf("%v: its outputs learn to mean those of %s", err, x.Dataset))
		}
	}
	if note := x.LayersNote(x.arch); note != "" {
		notes = append(notes, note)
	}
	notes = append(notes, x.source.Notes()...)
	for _, text := range notes {
		if err := o.note(system, "%s", text); err != nil {
			return err
		}
	}
	return nil
}

// noteUnlearned reports a training loss that is worse than guessing. It ignores runs with a teacher, whose loss has an
// additional term.
func (f finished) noteUnlearned(system *System, o Options) error {
	if f.Distill != nil || len(f.history) == 0 {
		return nil
	}
	last := f.history[len(f.history)-1]
	guess := f.run.Model.GuessLoss(f.data.Train.Counts(f.arch.Classes()))
	if last.Loss <= guess {
		return nil
	}
	return o.note(system, "the training loss of the last epoch, %.4g, "+
		"is worse than guessing by how frequent each class is (%.4g): "+
		"try another learning rate than %v, or more epochs",
		last.Loss, guess, f.Optimizer.LearningRate)
}
