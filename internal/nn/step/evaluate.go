package step

import (
	"dnn/internal/nn"
	"dnn/internal/nn/batch"
	"dnn/internal/nn/kernel"
)

// Evaluator computes a network's loss and accuracy over labeled samples. A pass over more than 512 allocates nothing.
type Evaluator struct {
	engine     *Engine
	model      *nn.Sequential
	samples    *batch.Samples
	predictors []*Predictor // by worker
	most       int          // samples that a predictor takes at a time
	loss       []float32    // by sample, as the next two
	predicted  []uint8
	confidence []float32
	outputs    kernel.Matrix       // [samples, units], if they are kept
	run        func(worker, i int) // runs the i-th task
	stop       func() bool
}

// NewEvaluator returns an evaluator of the model on the samples s.
func NewEvaluator(e *Engine, m *nn.Sequential, s *batch.Samples) *Evaluator {
	v := &Evaluator{engine: e, model: m, samples: s, loss: make([]float32, s.Count), predicted: make([]uint8, s.Count)}
	v.confidence = make([]float32, s.Count)
	v.most = samplesAtATime(m, s)
	shares := s.Shares(1, v.most, nil)
	for i := range e.workers {
		v.predictors = append(v.predictors, newPredictor(&e.workers[i], m, s, shares, min(v.most, s.Count)))
	}
	v.run = func(worker, i int) {
		if e.workers[worker].Stopped() {
			return
		}
		p, part := v.predictors[worker], kernel.Part(i, v.tasks(), s.Count, v.perTask())
		v.take(p, part, p.forward(v.samples, part))
	}
	return v
}

func (v *Evaluator) tasks() int { return (v.samples.Count + v.perTask() - 1) / v.perTask() }

// perTask returns how many samples a task has: a predictor's most or, if there are too few for that, so many that all
// workers have some. The kernels take a tile of samples at once.
func (v *Evaluator) perTask() int {
	workers, tile := len(v.predictors), v.engine.kernels.TileRows
	each := (v.samples.Count + workers - 1) / workers
	return max(1, min(v.most, (each+tile-1)/tile*tile))
}

// samplesAtATime returns how many of the samples s a predictor of an evaluator takes at a time. The weights of wide
// layers are read, and packed, anew each time: then it pays that the activations do not stay in the cache either, unless
// a layer has so many units that their memory counts. Lists of nonzero bytes need no packing in the first layer.
func samplesAtATime(m *nn.Sequential, s *batch.Samples) int {
	const mostUnits = 1 << 13
	wide := false
	for i, l := range m.Layers() {
		if m.Shapes()[i].Size() > mostUnits {
			return MaxPredict
		}
		dense, ok := l.(*nn.Dense)
		wide = wide || ok && dense.Wide() && (i > 0 || s.Bytes == nil)
	}
	if wide {
		return 4 * MaxPredict
	}
	return MaxPredict
}

// Evaluate passes over all samples once and returns their result.
func (v *Evaluator) Evaluate() Result {
	v.engine.stopIf(v.stop)
	defer v.engine.stopIf(nil)
	if all := (kernel.Span{Hi: v.samples.Count}); v.most > MaxPredict && 0 < all.Hi && all.Hi <= v.most {
		v.take(v.predictors[0], all, v.forwardByColumns(all))
	} else {
		v.engine.pool.Run(v.tasks(), v.run)
	}
	return summarize(v.loss, v.predicted, v.samples.Labels, v.model.Penalty())
}

// StopIf makes a pass end early once stop returns true, as it must from then on; the result of such a pass must not be
// used. stop is called from several goroutines.
func (v *Evaluator) StopIf(stop func() bool) { v.stop = stop }

// Predicted returns the class that the last pass predicted for each sample. The next pass overwrites it.
func (v *Evaluator) Predicted() []uint8 { return v.predicted }

// Confidence returns, for each sample, the output for the class that the last pass predicted: its probability if the
// activation is softmax or sigmoid. The next pass overwrites it.
func (v *Evaluator) Confidence() []float32 { return v.confidence }

// KeepOutputs makes each pass keep the network's outputs, [samples, units], in the matrix that it returns: probabilities
// if the last activation is softmax or sigmoid.
func (v *Evaluator) KeepOutputs() kernel.Matrix {
	v.outputs = kernel.NewMatrix(v.samples.Count, v.model.Architecture().Output())
	return v.outputs
}

// forwardByColumns passes the samples s, at most v.most, through the layers, of which each worker computes some columns
// or some rows. To divide the samples alone would make each worker read and pack all weights of wide layers.
func (v *Evaluator) forwardByColumns(s kernel.Span) kernel.Matrix {
	p, workers, set := v.predictors[0], len(v.predictors), v.engine.kernels
	all := p.load(v.samples, s)
	for i, l := range v.model.Layers() {
		dense, ok := l.(*nn.Dense)
		v.engine.pool.Run(workers, func(worker, task int) {
			w := &v.engine.workers[worker]
			if i > 0 && ok && dense.Wide() {
				x, y := p.tape.Y[i-1].Slice(0, all.Hi), p.tape.Y[i].Slice(0, all.Hi)
				dense.ForwardColumns(w, x, y, kernel.Part(task, workers, y.Cols, set.TileCols))
			} else if r := kernel.Part(task, workers, all.Hi, set.TileRows); r.Lo < r.Hi {
				v.model.Forward(w, nn.Pass{}, p.tape, i, i+1, r)
			}
		})
	}
	return p.tape.Y[len(p.tape.Y)-1].Slice(0, all.Hi)
}

// take computes what a pass keeps of the samples s from their outputs y.
func (v *Evaluator) take(p *Predictor, s kernel.Span, y kernel.Matrix) {
	labels, loss, predicted := v.samples.Labels[s.Lo:s.Hi], v.loss[s.Lo:s.Hi], v.predicted[s.Lo:s.Hi]
	v.model.Loss().Rows(p.worker, y, kernel.Matrix{}, labels, 0, loss, predicted)
	for r := range y.Rows { // y holds probabilities now, even if the loss took logits
		v.confidence[s.Lo+r] = confidence(y.Row(r), v.predicted[s.Lo+r])
		if v.outputs.Rows > 0 {
			copy(v.outputs.Row(s.Lo+r), y.Row(r))
		}
	}
}
