// Package callback is what can happen between the steps and epochs of a run: it ends early, its learning rate is
// lowered, its best model is kept, and it is written down. Each kind of callback is one file: where it comes from, what
// an experiment can say of it, and what it does. The loop, package train, knows none of them.
package callback

import (
	"dnn/internal/setting"
	"dnn/internal/train"
)

// Kind is a kind of callback with what an experiment says of it.
type Kind interface {
	// Settings returns the settings, which point into the kind. Those of a new one have their defaults.
	Settings() []setting.Setting

	// Add adds the callback to a run that is complete but for its callbacks. One that changes the learning rate becomes
	// the run's Schedule. Without a Model, a callback only watches.
	Add(run *train.Run)
}

// Log is a Kind that only writes down what happens: what is learned does not depend on it.
type Log interface {
	Kind

	// Path returns the file or folder that it writes.
	Path() string

	// Probe tells whether that can be written, without leaving anything.
	Probe() error
}

// Checker is a Kind of which not all settings go together, though each is within its bounds.
type Checker interface {
	Kind

	// Check returns what is wrong with one beside the others; nil: nothing is.
	Check() *setting.Error
}

// Named is a kind of callback under the name that experiments have for it: that of a group of keys.
type Named struct {
	Name string
	Kind

	Doc  string // of the group; empty: there is no group, and the only setting, of the same name, is a key
	Main string // the setting that the group is about
}

// Log returns the callback as a Log, if it is one.
func (n Named) Log() (log Log, ok bool) {
	log, ok = n.Kind.(Log)
	return log, ok
}

// All returns a new one of each kind, in the order in which they hear of an epoch. A new kind is a file of its own and
// a line here.
func All() []Named {
	return []Named{
		newEarlyStopping(),
		newPlateau(),
		newTarget(),
		newTensorBoard(),
		newJSONLines(),
		newLearningRateLog(),
	}
}
