// Package history is what each epoch of a training run gave: the metrics, their names, and how JSON and CSV spell them. It is what
// the loop leaves, a model file keeps, a checkpoint goes on from and a picture shows; it knows none of them.
package history

// Epoch is the result of one whole epoch. Losses and accuracies are float32 values: means weighted by sample count.
type Epoch struct {
	Epoch        int     // 1-based
	Seconds      float64 // wall clock, training and validation together
	Loss         float64
	Accuracy     float64
	Validated    bool // whether the two below mean anything
	ValLoss      float64
	ValAccuracy  float64
	LearningRate float64

	// Phases is where the epoch's seconds went, by name: nn.Phases, and validation.
	Phases map[string]float64
}

// MaxEpochs is the largest number of epochs of a run: a model file has room for the metrics of so many.
const MaxEpochs = 400_000

// Epochs is the result of each epoch so far, oldest first.
type Epochs []Epoch

// Metrics returns the names of the metrics of an epoch, which a callback can watch. Those of validation begin with "val_".
func Metrics() []string { return []string{"loss", "accuracy", "val_loss", "val_accuracy"} }

// Metric returns the metric called name, one of Metrics.
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
