package step

import (
	"dnn/internal/nn"
	"dnn/internal/nn/batch"
	"dnn/internal/nn/kernel"
)

// Evaluator computes a network's outputs, losses and accuracy over whole sets of samples. A pass allocates nothing.
type Evaluator struct {
	engine     *Engine
	model      *nn.Sequential
	samples    *batch.Samples
	order      []int32
	tapes      []*nn.Tape // one a worker
	loss       []float32
	predicted  []uint8
	confidence []float32
	run        func(worker, i int)
	stop       func() bool
}

// evaluateRows is how many samples go through the network at a time: enough for the weights' way into the cache to be
// worth it, few enough for the activations to stay there.
const evaluateRows = 128

// NewEvaluator returns an evaluator of the model on the samples s.
func NewEvaluator(e *Engine, m *nn.Sequential, s *batch.Samples) *Evaluator {
	m.CheckSamples(s)
	v := &Evaluator{engine: e, model: m, samples: s, loss: make([]float32, s.Count), predicted: make([]uint8, s.Count)}
	v.confidence = make([]float32, s.Count)
	v.order = make([]int32, s.Count)
	for i := range v.order {
		v.order[i] = int32(i)
	}
	shares := s.Shares(1, evaluateRows, nil)
	for range e.workers {
		v.tapes = append(v.tapes, m.NewTape(s, min(evaluateRows, s.Count), shares, false))
	}
	v.run = func(worker, i int) {
		if v.stop != nil && v.stop() {
			return
		}
		v.rows(&e.workers[worker], v.tapes[worker], kernel.Part(i, v.tasks(), s.Count, evaluateRows))
	}
	return v
}

func (v *Evaluator) tasks() int { return (v.samples.Count + evaluateRows - 1) / evaluateRows }

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

// Confidence returns the output for the class that the last pass predicted, for each sample: with softmax or sigmoid its probability.
// It is overwritten by the next pass.
func (v *Evaluator) Confidence() []float32 { return v.confidence }

// rows passes over some samples, at most evaluateRows.
func (v *Evaluator) rows(w *kernel.Worker, t *nn.Tape, s kernel.Span) {
	n := s.Hi - s.Lo
	t.In.Count = n
	t.In.Load(w, v.samples, v.order[s.Lo:s.Hi], kernel.Span{Lo: 0, Hi: n}, kernel.Span{Lo: 0, Hi: t.In.Shares()})
	v.model.Forward(w, nn.Pass{}, t, 0, len(v.model.Layers()), kernel.Span{Lo: 0, Hi: n})
	y := t.Y[len(t.Y)-1].Slice(0, n)
	v.model.Loss().Rows(w, y, kernel.Matrix{}, t.In.Labels[:n], 0, v.loss[s.Lo:s.Hi], v.predicted[s.Lo:s.Hi])
	for r := range n {
		// A loss that takes logits leaves probabilities.
		p := y.Row(r)
		if v.confidence[s.Lo+r] = p[min(int(v.predicted[s.Lo+r]), len(p)-1)]; len(p) == 1 && v.predicted[s.Lo+r] == 0 {
			v.confidence[s.Lo+r] = 1 - p[0] // one output is that of class 1
		}
	}
}
