package train

// Plan is what a run is about to do, known before its first step.
type Plan struct {
	Epochs            int
	BatchSize         int
	Steps             int // per epoch, the last partial batch included
	TrainSamples      int
	ValidationSamples int // 0: no validation
	FirstEpoch        int // 1, unless the run continues another
}

// Step is the state of an epoch after one more of its batches. Loss and Accuracy are running means over the samples
// seen so far in this epoch, as Keras shows them.
type Step struct {
	Step     int // 1-based
	Seconds  float64
	Loss     float64
	Accuracy float64
}

// Epoch is the result of one whole epoch. Losses and accuracies are float32 values: means weighted by sample count.
type Epoch struct {
	Epoch        int     `json:"epoch"`   // 1-based
	Seconds      float64 `json:"epoch_s"` // wall clock, training and validation together
	Loss         float64 `json:"loss"`
	Accuracy     float64 `json:"accuracy"`
	Validated    bool    `json:"-"` // whether the two below mean anything
	ValLoss      float64 `json:"val_loss,omitempty"`
	ValAccuracy  float64 `json:"val_accuracy,omitempty"`
	LearningRate float64 `json:"learning_rate"`

	// Phases is where the epoch's seconds went, by name: nn.Phases, and validation.
	Phases map[string]float64 `json:"-"`
}

// Callback hears what happens in a run. A nil function means that it is not interested. A function that returns an error
// ends the run with that error. All are called from one goroutine, in this order:
// TrainBegin, then per epoch EpochBegin, StepEnd…, EpochEnd, then TrainEnd (also after an error or an interruption).
type Callback struct {
	TrainBegin func(Plan) error
	EpochBegin func(epoch int) error
	StepEnd    func(Step) error
	EpochEnd   func(Epoch) error
	TrainEnd   func() error
}

// History is the result of each epoch so far, oldest first.
type History []Epoch
