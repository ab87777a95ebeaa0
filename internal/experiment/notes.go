package experiment

import (
	"fmt"

	"dnn/internal/report"
)

// note says something that the user of a run may want to know and that changes nothing: on standard error, and to the
// listener.
func (o Options) note(system *System, format string, args ...any) error {
	text := fmt.Sprintf(format, args...)
	report.Note(system.Stderr, text)
	return tell(o.Listener.Note, text)
}

// noteExperiment says what looks like a mistake before anything is read but the table.
func (x *experiment) noteExperiment(system *System, o Options) error {
	notes := x.Notes
	if x.from != nil {
		if err := x.from.MatchesClasses(o.From, x.Dataset.String(), x.source.Classes); err != nil { // of images: a table's do
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

// noteUnlearned says that a run has ended with a loss that needs no learning. What a teacher adds to a loss cannot be compared.
func (f finished) noteUnlearned(system *System, o Options) error {
	if f.Distill != nil || len(f.history) == 0 {
		return nil
	}
	last := f.history[len(f.history)-1]
	guess := f.model.GuessLoss(f.data.Train.Counts(f.arch.Classes()))
	if last.Loss <= guess {
		return nil
	}
	return o.note(system, "the training loss of the last epoch, %.4g, is worse than guessing by how frequent each class is (%.4g): "+
		"try another learning rate than %v, or more epochs", last.Loss, guess, f.Optimizer.LearningRate)
}
