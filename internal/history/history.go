// Package history holds the results of the epochs of a training run: the metrics, their names, and their forms in JSON
// and CSV. The training loop produces them; model files, checkpoints, tables and pictures use them. The package knows
// none of these.
package history

// Epoch is the result of one complete epoch. Losses and accuracies are means over samples, and have float32 precision.
type Epoch struct {
	Epoch        int     // 1-based
	Seconds      float64 // wall-clock time of training and validation
	Loss         float64
	Accuracy     float64
	Validated    bool // whether ValLoss and ValAccuracy are set
	ValLoss      float64
	ValAccuracy  float64
	LearningRate float64

	// Phases are the seconds of the epoch by phase: those of step.Trainer.PhaseSeconds, and validation.
	Phases map[string]float64
}

// MaxEpochs is the largest number of epochs of a run. A model file has room for the metrics of no more.
const MaxEpochs = 400_000

// Epochs is the result of each epoch so far, oldest first.
type Epochs []Epoch

// Metrics returns the names of the metrics that a callback can monitor. Those of validation begin with "val_".
func Metrics() []string { return []string{"loss", "accuracy", "val_loss", "val_accuracy"} }

// Metric returns the value of a metric. It panics if name is not one of Metrics.
func (e Epoch) Metric(name string) float64 {
	switch name {
	case "loss":
		return e.Loss
	case "accuracy":
		return e.Accuracy
	case "val_loss":
		return e.ValLoss
	case "val_accuracy":
		return e.ValAccuracy
	}
	panic("history: no metric is called " + name)
}
