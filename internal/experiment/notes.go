package experiment

import (
	"fmt"
	"strings"

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
		if err := x.from.MatchesClasses(o.From, x.Dataset.String(), x.source.classes); err != nil { // of images: a table's do
			notes = append(notes, fmt.Sprintf("%v: its outputs learn to mean those of %s", err, x.Dataset))
		}
	}
	if note := x.LayersNote(x.arch); note != "" {
		notes = append(notes, note)
	}
	var counters []string
	if x.source.counters != nil {
		counters = x.source.counters()
	}
	for _, column := range counters {
		notes = append(notes, fmt.Sprintf("%s: the column %s numbers the rows, and can tell no class of a row that is new: ignore: [%s] in dataset leaves it out",
			x.Dataset, column, column))
	}
	for _, text := range notes {
		if err := o.note(system, "%s", text); err != nil {
			return err
		}
	}
	return nil
}

// noteUntrained says which classes are tested or validated, but have no sample to learn them from.
func (x *experiment) noteUntrained(system *System, o Options, data *dataset) error {
	classes := len(x.source.classes)
	trained, others := data.train.Counts(classes), data.test.Counts(classes)
	validated := make([]int, classes)
	if data.validation != nil {
		validated = data.validation.Counts(classes)
	}
	var missing []string
	held := false
	for class, name := range x.source.classes {
		if trained[class] == 0 && others[class]+validated[class] > 0 {
			missing = append(missing, name)
			held = held || validated[class] > 0
		}
	}
	if missing == nil {
		return nil
	}
	const shown = 8
	names := strings.Join(missing[:min(shown, len(missing))], ", ")
	if len(missing) > shown {
		names += ", …"
	}
	hint := ""
	if held && x.Validation != "stratified" {
		hint = ": the last samples validate, and hold all that there are; validation: stratified takes some of each class"
	}
	if len(missing) == 1 {
		return o.note(system, "the class %s has no training sample%s", names, hint)
	}
	return o.note(system, "%d classes (%s) have no training sample%s", len(missing), names, hint)
}

// noteUnlearned says that a run has ended with a loss that needs no learning. What a teacher adds to a loss cannot be compared.
func (f finished) noteUnlearned(system *System, o Options) error {
	if f.Distill != nil || len(f.history) == 0 {
		return nil
	}
	last := f.history[len(f.history)-1]
	guess := f.model.GuessLoss(f.data.train.Counts(f.arch.Classes()))
	if last.Loss <= guess {
		return nil
	}
	return o.note(system, "the training loss of the last epoch, %.4g, is worse than guessing by how frequent each class is (%.4g): "+
		"try another learning rate than %v, or more epochs", last.Loss, guess, f.Optimizer.LearningRate)
}
