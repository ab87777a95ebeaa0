package step

import (
	"dnn/internal/nn"
	"dnn/internal/nn/batch"
	"dnn/internal/nn/kernel"
)

// Evaluator computes a network's losses and accuracy over whole sets of labeled samples. A pass allocates nothing.
type Evaluator struct {
	engine     *Engine
	model      *nn.Sequential
	samples    *batch.Samples
	predictors []*Predictor // one a worker
	loss       []float32
	predicted  []uint8
	confidence []float32
	run        func(worker, i int)
	stop       func() bool
}

// NewEvaluator returns an evaluator of the model on the samples s.
func NewEvaluator(e *Engine, m *nn.Sequential, s *batch.Samples) *Evaluator {
	v := &Evaluator{engine: e, model: m, samples: s, loss: make([]float32, s.Count), predicted: make([]uint8, s.Count)}
	v.confidence = make([]float32, s.Count)
	shares := s.Shares(1, MaxPredict, nil)
	for i := range e.workers {
		v.predictors = append(v.predictors, newPredictor(&e.workers[i], m, s, shares, min(MaxPredict, s.Count)))
	}
	v.run = func(worker, i int) {
		if v.stop != nil && v.stop() {
			return
		}
		v.rows(v.predictors[worker], kernel.Part(i, v.tasks(), s.Count, MaxPredict))
	}
	return v
}

func (v *Evaluator) tasks() int { return (v.samples.Count + MaxPredict - 1) / MaxPredict }

// Evaluate passes over the samples once and returns the sum of their losses and how many were predicted right.
func (v *Evaluator) Evaluate() Result {
	v.engine.pool.Run(v.tasks(), v.run)
	return summarize(v.loss, v.predicted, v.samples.Labels, v.model.Penalty())
}

// StopIf makes a pass leave out the samples that are still to come once stop says so; its result is worth nothing then.
// stop is called from several goroutines.
func (v *Evaluator) StopIf(stop func() bool) { v.stop = stop }

// Predicted returns the class that the last pass predicted for each sample. It is overwritten by the next.
func (v *Evaluator) Predicted() []uint8 { return v.predicted }

// Confidence returns the output for the class that the last pass predicted, for each sample: with softmax or sigmoid its
// probability. It is overwritten by the next pass.
func (v *Evaluator) Confidence() []float32 { return v.confidence }

// rows passes over some samples, at most MaxPredict.
func (v *Evaluator) rows(p *Predictor, s kernel.Span) {
	y := p.forward(v.samples, s)
	v.model.Loss().Rows(p.worker, y, kernel.Matrix{}, v.samples.Labels[s.Lo:s.Hi], 0, v.loss[s.Lo:s.Hi], v.predicted[s.Lo:s.Hi])
	for r := range y.Rows {
		// A loss that takes logits leaves probabilities.
		v.confidence[s.Lo+r] = confidence(y.Row(r), v.predicted[s.Lo+r])
	}
}
