package train

import (
	"errors"
	"fmt"

	"dnn/internal/history"
)

// Plan is what a run is about to do, known before its first step.
type Plan struct {
	Epochs            int
	BatchSize         int
	Steps             int // per epoch, the last partial batch included
	TrainSamples      int
	ValidationSamples int // 0: no validation
}

// NewPlan returns the plan of a run over so many samples. A batch is no larger than there are samples to train on, of which
// there is at least one.
func NewPlan(epochs, batchSize, trainSamples, validationSamples int) Plan {
	size := min(batchSize, trainSamples)
	return Plan{
		Epochs: epochs, BatchSize: size, Steps: (trainSamples + size - 1) / size,
		TrainSamples: trainSamples, ValidationSamples: validationSamples,
	}
}

// Step is the state of an epoch after one more of its batches. Loss and Accuracy are running means over the samples
// seen so far in this epoch, as Keras shows them.
type Step struct {
	Step         int // 1-based
	Loss         float64
	Accuracy     float64
	LearningRate float64 // of the step alone
}

// Callback hears what happens in a run. A nil function means that it is not interested. A function that returns an error
// ends the run with that error; what EpochEnd returns may be a Stop instead, which ends it without. All are called from one
// goroutine, in this order: TrainBegin (and Resume, if the run goes on from a checkpoint), then per epoch EpochBegin,
// StepEnd…, EpochEnd, then Finish, if the run is over and not only interrupted, and in any case TrainEnd.
//
// In EpochEnd, Finish and TrainEnd the model has the weights that a file of it would have: their average, if the optimizer keeps one.
type Callback struct {
	TrainBegin func(Plan) error
	EpochBegin func(epoch int) error
	StepEnd    func(Step) error
	EpochEnd   func(history.Epoch) error
	Finish     func() error
	TrainEnd   func() error

	// Name is under which a checkpoint keeps the callback's State. Callbacks without Save need none.
	Name string

	// Save returns what the callback has to know to go on in another process.
	Save func() State

	// Resume is called if the run goes on from a checkpoint, with the epochs before it and what Save returned then.
	Resume func(history.Epochs, State) error
}

// State is what a checkpoint keeps of a callback.
type State struct {
	Values  map[string]float64
	Weights [][]float32 // as nn.Sequential.Snapshot returns them; may be nil
}

// Stop returns what a callback's EpochEnd returns to end the run after this epoch: the run is then over, without an error.
// All other callbacks still hear of the epoch.
func Stop(format string, args ...any) error { return &stopError{fmt.Sprintf(format, args...)} }

// Ends tells whether a callback ends a run of that plan after the last epoch of the history, and not before.
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

// stopError is no failure. It goes the way of errors because it ends a run as they do.
type stopError struct{ reason string }

func (s *stopError) Error() string { return s.reason }
