// Package config is the experiment file: what it may say, what it means when it is silent, and what may override it.
//
// The table of keys (keys.go and its like) is the center: a key's default, range, template, documentation and variable
// come from its one entry there. Package keyfile reads the file, the environment and the command line by it, and fills
// Config. What only experiments have is here: kinds of values (dataset.go, layers.go, initializer.go, label.go), the
// names that other libraries have for keys and values (foreign.go), and validate.go, which looks at what only makes
// sense together. architecture.go turns the result into the network that it describes.
//
// The package reads one file and does nothing else: it knows neither data sets nor terminals.
package config

import "dnn/internal/nn"

// Config is a complete experiment: every value is set, by its user or by default, and has been validated. A pointer is
// nil where the experiment does without that group of keys.
type Config struct {
	Dataset           Dataset        `mapstructure:"dataset"`
	Layers            []Layer        `mapstructure:"layers"`             // hidden layers, from the input on; may be empty
	Activation        string         `mapstructure:"activation"`         // of each hidden Dense layer that names none
	KernelInitializer nn.Initializer `mapstructure:"kernel_initializer"` // of each hidden Dense layer that names none
	OutputLayer       OutputLayer    `mapstructure:"output_layer"`
	Loss              string         `mapstructure:"loss"`
	LabelSmoothing    float64        `mapstructure:"label_smoothing"`
	Optimizer         Optimizer      `mapstructure:"optimizer"`
	Schedule          Schedule       `mapstructure:"schedule"`
	Epochs            int            `mapstructure:"epochs"`
	BatchSize         int            `mapstructure:"batch_size"`
	ValidationSplit   float64        `mapstructure:"validation_split"` // share of the training data
	Validation        string         `mapstructure:"validation"`       // tail or stratified: which samples those are
	Shuffle           bool           `mapstructure:"shuffle"`
	Seed              uint64         `mapstructure:"seed"`
	Threads           int            `mapstructure:"threads"` // 0: all cores
	Input             int            `mapstructure:"input"`   // features of one sample; 0: what the data set has
	Output            string         `mapstructure:"output"`  // the model file

	Augment           *Augment           `mapstructure:"augment"`
	Distill           *Distill           `mapstructure:"distill"`
	EarlyStopping     *EarlyStopping     `mapstructure:"early_stopping"`
	ReduceLROnPlateau *ReduceLROnPlateau `mapstructure:"reduce_lr_on_plateau"`
	Target            *Target            `mapstructure:"target"`
	Checkpoint        *Checkpoint        `mapstructure:"checkpoint"`
	TensorBoard       string             `mapstructure:"tensorboard"` // folder of event files; empty: none
	JSONLog           string             `mapstructure:"json_log"`    // file of JSON lines; empty: none
}

// OutputLayer is the last Dense layer.
type OutputLayer struct {
	Activation string `mapstructure:"activation"`
	Units      int    `mapstructure:"units"` // 0: one for each class of the data set
}

// Optimizer is the rule that updates the weights, with Keras's names. Fields that the named optimizer does not have are
// 0.
type Optimizer struct {
	Name           string  `mapstructure:"name"`
	LearningRate   float64 `mapstructure:"learning_rate"`
	Momentum       float64 `mapstructure:"momentum"`
	Nesterov       bool    `mapstructure:"nesterov"`
	Rho            float64 `mapstructure:"rho"`
	Centered       bool    `mapstructure:"centered"`
	Beta1          float64 `mapstructure:"beta_1"`
	Beta2          float64 `mapstructure:"beta_2"`
	Epsilon        float64 `mapstructure:"epsilon"`
	AMSGrad        bool    `mapstructure:"amsgrad"`
	WeightDecay    float64 `mapstructure:"weight_decay"`
	ClipValue      float64 `mapstructure:"clipvalue"` // of the three, at most one is not 0
	ClipNorm       float64 `mapstructure:"clipnorm"`
	GlobalClipNorm float64 `mapstructure:"global_clipnorm"`
	UseEMA         bool    `mapstructure:"use_ema"`
	EMAMomentum    float64 `mapstructure:"ema_momentum"` // 0 without UseEMA, as the next

	EMAOverwriteFrequency int `mapstructure:"ema_overwrite_frequency"` // steps; 0: never
}

// Schedule is how the learning rate changes from step to step. Durations are in epochs, and may be fractions of one.
// Fields that the named schedule does not have are 0.
type Schedule struct {
	Name             string  `mapstructure:"name"`          // constant, step, exponential, polynomial, cosine, one_cycle
	WarmupEpochs     float64 `mapstructure:"warmup_epochs"` // linear from 0, before the rest
	StepEpochs       float64 `mapstructure:"step_epochs"`
	Factor           float64 `mapstructure:"factor"`
	DecayEpochs      float64 `mapstructure:"decay_epochs"` // of a polynomial, 0: all epochs after the warm-up
	DecayRate        float64 `mapstructure:"decay_rate"`
	Staircase        bool    `mapstructure:"staircase"`
	EndLearningRate  float64 `mapstructure:"end_learning_rate"`
	Power            float64 `mapstructure:"power"`
	Cycle            bool    `mapstructure:"cycle"`
	Alpha            float64 `mapstructure:"alpha"`              // the least rate, as a share of the learning rate
	FirstDecayEpochs float64 `mapstructure:"first_decay_epochs"` // 0: no restarts
	TMul             float64 `mapstructure:"t_mul"`
	MMul             float64 `mapstructure:"m_mul"`
	PctStart         float64 `mapstructure:"pct_start"`
	DivFactor        float64 `mapstructure:"div_factor"`
	FinalDivFactor   float64 `mapstructure:"final_div_factor"`
}

// Augment is how far a training image may be distorted, anew in each epoch. A field of 0 leaves its distortion out.
type Augment struct {
	Shift    float64 `mapstructure:"shift"`    // pixels, along each axis
	Rotation float64 `mapstructure:"rotation"` // degrees
	Scale    float64 `mapstructure:"scale"`    // share of the size, along each axis
	Shear    float64 `mapstructure:"shear"`    // slope
	Elastic  Elastic `mapstructure:"elastic"`

	HorizontalFlip bool `mapstructure:"horizontal_flip"` // of half of the images
	VerticalFlip   bool `mapstructure:"vertical_flip"`
}

// Elastic is a random field of displacements, smoothed.
type Elastic struct {
	Alpha float64 `mapstructure:"alpha"` // factor of the field
	Sigma float64 `mapstructure:"sigma"` // standard deviation of the smoothing Gaussian, in pixels
}

// Distill is learning from the outputs of trained networks (Hinton, Vinyals and Dean, arXiv:1503.02531).
type Distill struct {
	Teacher     []string `mapstructure:"teacher"` // model files, whose probabilities are averaged
	Temperature float64  `mapstructure:"temperature"`
	Weight      float64  `mapstructure:"weight"` // of the teachers' probabilities in the loss; the labels have the rest
}

// EarlyStopping is Keras's EarlyStopping.
type EarlyStopping struct {
	Monitor            string  `mapstructure:"monitor"`
	MinDelta           float64 `mapstructure:"min_delta"`
	Patience           int     `mapstructure:"patience"`
	RestoreBestWeights bool    `mapstructure:"restore_best_weights"`
	StartFromEpoch     int     `mapstructure:"start_from_epoch"`
}

// ReduceLROnPlateau is Keras's ReduceLROnPlateau.
type ReduceLROnPlateau struct {
	Monitor  string  `mapstructure:"monitor"`
	Factor   float64 `mapstructure:"factor"`
	Patience int     `mapstructure:"patience"`
	MinDelta float64 `mapstructure:"min_delta"`
	Cooldown int     `mapstructure:"cooldown"`
	MinLR    float64 `mapstructure:"min_lr"`
}

// Target ends training as soon as a figure is as good as wanted.
type Target struct {
	Monitor string  `mapstructure:"monitor"`
	Value   float64 `mapstructure:"value"`
}

// Checkpoint is when a run is written down so that it can be resumed. At least one field is set.
type Checkpoint struct {
	EveryEpochs  int     `mapstructure:"every_epochs"`  // 0: not by epochs
	EveryMinutes float64 `mapstructure:"every_minutes"` // 0: not by time
	Best         string  `mapstructure:"best"`          // after an epoch with the best such figure so far; empty: not
	KeepLast     bool    `mapstructure:"keep_last"`     // a run that is finished leaves its last one
}
