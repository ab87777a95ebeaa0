package train

import (
	"errors"
	"fmt"

	"dnn/internal/history"
)

// Plan is the size of a run: its epochs, steps and samples. It is known before the first step.
type Plan struct {
	Epochs            int
	BatchSize         int
	Steps             int // per epoch, including the last, smaller batch
	TrainSamples      int
	ValidationSamples int // 0: no validation
}

// NewPlan returns the plan of a run over the given numbers of samples. It limits the batch size to the number of
// training samples, which must be at lowest 1.
func NewPlan(epochs, batchSize, trainSamples, validationSamples int) Plan {
	size := min(batchSize, trainSamples)
	return Plan{
		Epochs: epochs, BatchSize: size, Steps: (trainSamples + size - 1) / size,
		TrainSamples: trainSamples, ValidationSamples: validationSamples,
	}
}

// Step is the state of an epoch after one of its steps. Loss and Accuracy are running means over the samples of the
// epoch so far, as Keras shows them.
type Step struct {
	Step         int // 1-based
	Loss         float64
	Accuracy     float64
	LearningRate float64 // of this step
}

// Callback has functions that are called as a run goes on. Any of them may be nil. If one returns an error, the run
// ends with that error; EpochEnd may also return a Stop, which ends the run without an error.
//
// All are called from one goroutine, in this order: TrainBegin; Resume, if the run goes on from a checkpoint; for each
// epoch EpochBegin, StepEnd for each step, and EpochEnd; Finish, unless the run was interrupted or failed; and always
// TrainEnd.
//
// In EpochEnd, Finish and TrainEnd the model has the weights that a model file would get: their average, if the
// optimizer keeps one.
type Callback struct {
	TrainBegin func(Plan) error
	EpochBegin func(epoch int) error
	StepEnd    func(Step) error
	EpochEnd   func(history.Epoch) error
	Finish     func() error
	TrainEnd   func() error

	// Name identifies the callback's State in a checkpoint. A callback without Save needs no name.
	Name string

	// Save returns the state that the callback needs to go on in another process.
	Save func() State

	// Resume is called if the run goes on from a checkpoint. It gets the epochs before the checkpoint and the State
	// that Save returned.
	Resume func(history.Epochs, State) error
}

// State is what a checkpoint stores for a callback.
type State struct {
	Values  map[string]float64
	Weights [][]float32 // as nn.Sequential.Snapshot returns them; may be nil
}

// Stop returns the value with which EpochEnd ends the run after this epoch, without an error. The other callbacks still
// hear of the epoch.
func Stop(format string, args ...any) error { return &stopError{fmt.Sprintf(format, args...)} }

// Ends reports whether a callback ends a run of the given plan right after the last epoch of the history, and not
// before.
func Ends(c Callback, p Plan, history history.Epochs) bool {
	if call(c.TrainBegin, p) != nil {
		return false
	}
	for i, e := range history {
		if _, stops := errors.AsType[*stopError](call(c.EpochEnd, e)); stops {
			return i == len(history)-1
		}
	}
	return false
}

// stopError is an error value only so that EpochEnd can return it; it is no failure.
type stopError struct{ reason string }

func (s *stopError) Error() string { return s.reason }
