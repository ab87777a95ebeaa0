// Package callback has what an experiment can add to a run: it can end the run early, lower its learning rate, keep its
// best model, or write a log. Each kind of callback is one file, with its source, its settings and what it does. The
// training loop, package train, knows none of them.
package callback

import (
	"dnn/internal/setting"
	"dnn/internal/train"
)

// Kind is a kind of callback with its settings.
type Kind interface {
	// Settings returns the settings. They point into the Kind; a new one has the defaults.
	Settings() []setting.Setting

	// Add adds the callback to a run, in which everything but the callbacks must be set. A kind that changes the
	// learning rate also replaces the run's Schedule. In a run without a Model, a callback observes epochs but restores
	// no weights.
	Add(run *train.Run)
}

// Log is a Kind that only writes to a file or folder. It has no influence on training.
type Log interface {
	Kind

	// Path returns the file or folder.
	Path() string

	// Probe returns an error if the log cannot be written. It leaves nothing behind.
	Probe() error
}

// Named is a kind of callback under its name in an experiment, where it is a group of keys.
type Named struct {
	Name string
	Kind

	Doc  string // of the group; empty: there is no group, but a single key with the same name
	Main string // the most important setting of the group
}

// Log returns the callback as a Log. It returns false if it is none.
func (n Named) Log() (log Log, ok bool) {
	log, ok = n.Kind.(Log)
	return log, ok
}

// Observes reports whether the callback has no influence on training.
func (n Named) Observes() bool {
	_, tells := n.Kind.(*MLflow)
	_, logs := n.Log()
	return logs || tells
}

// All returns a new instance of each kind, in the order in which they are told of an epoch. A new kind is a file of its
// own and a line here.
func All() []Named {
	return []Named{
		newEarlyStopping(),
		newPlateau(),
		newTarget(),
		newTensorBoard(),
		newJSONLines(),
		newLearningRateLog(),
		newMLflow(),
	}
}
