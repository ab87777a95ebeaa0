package step

// Result is the loss and the correct predictions for a batch or for all samples of a data set.
type Result struct {
	Count int     // number of samples
	Loss  float64 // sum of the samples' losses
	Right int     // number of samples whose class was predicted
}

// Add adds the result for other samples.
func (r *Result) Add(other Result) {
	r.Count += other.Count
	r.Loss += other.Loss
	r.Right += other.Right
}

// MeanLoss returns the mean loss as a float32, as Keras reports it.
func (r Result) MeanLoss() float32 { return float32(r.Loss / float64(r.Count)) }

// Accuracy returns the fraction of samples whose class was predicted.
func (r Result) Accuracy() float32 { return float32(float64(r.Right) / float64(r.Count)) }

// summarize adds up the samples' losses, in their order, and counts correct predictions. penalty is part of each
// sample's loss.
func summarize(loss []float32, predicted, labels []uint8, penalty float64) Result {
	result := Result{Count: len(loss)}
	for i, l := range loss {
		result.Loss += float64(l)
		if predicted[i] == labels[i] {
			result.Right++
		}
	}
	result.Loss += float64(float64(result.Count) * penalty)
	return result
}
