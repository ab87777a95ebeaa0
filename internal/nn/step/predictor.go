package step

import (
	"fmt"

	"dnn/internal/nn"
	"dnn/internal/nn/batch"
	"dnn/internal/nn/kernel"
)

// MaxPredict is how many samples a Predictor takes at a time: enough that it pays to bring the weights into the cache,
// and few enough that the activations stay there.
const MaxPredict = 128

// Predictor computes a network's outputs for samples. It needs no labels, no optimizer and no memory for training. Only
// one goroutine may use it at a time. Any number of predictors can use the same network, which they do not change.
type Predictor struct {
	model  *nn.Sequential
	worker *kernel.Worker
	tape   *nn.Tape
	order  []int32
	table  *[256]float32 // of samples of bytes; nil: they are floats

	class      []uint8
	confidence []float32
}

// NewPredictor returns a predictor for samples in the form of like: bytes with the same table, or floats. If they are
// bytes, it chooses the faster way through the first layer, dense or sparse, by how many of like's are zero. The
// outputs are the same, to the bit, either way.
func NewPredictor(kernels *kernel.Set, m *nn.Sequential, like *batch.Samples) *Predictor {
	w := kernel.NewWorker(kernels, 0)
	return newPredictor(&w, m, like, like.Shares(1, MaxPredict, nil), MaxPredict)
}

func newPredictor(w *kernel.Worker, m *nn.Sequential, like *batch.Samples, shares []kernel.Span, size int) *Predictor {
	m.CheckSamples(like)
	p := &Predictor{model: m, worker: w, tape: m.NewTape(like, size, shares, 0), table: tableOf(like)}
	p.order, p.class, p.confidence = make([]int32, size), make([]uint8, size), make([]float32, size)
	return p
}

// Prediction is a network's outputs for some samples, and what they predict.
type Prediction struct {
	Outputs    kernel.Matrix // [samples, units]; with softmax or sigmoid, probabilities
	Class      []uint8       // of each sample, the class that is predicted
	Confidence []float32     // of each sample, the output for that class
}

// Predict returns the network's outputs for the samples [rows.Lo, rows.Hi) of s, at most MaxPredict. The next call
// overwrites them. It panics if the samples are not of the form that the predictor was made for.
func (p *Predictor) Predict(s *batch.Samples, rows kernel.Span) Prediction {
	table := tableOf(s)
	sameTable := table == p.table || table != nil && p.table != nil && *table == *p.table
	if s.Features != p.model.Architecture().Input || !sameTable {
		panic(fmt.Sprintf("step: wanted samples of the predictor's form, found others with %d features", s.Features))
	}
	y := p.forward(s, rows)
	p.model.Loss().Outputs(p.worker, y, p.class)
	for r := range y.Rows {
		p.confidence[r] = confidence(y.Row(r), p.class[r])
	}
	return Prediction{Outputs: y, Class: p.class[:y.Rows], Confidence: p.confidence[:y.Rows]}
}

// tableOf returns what the bytes of samples mean; nil if they are floats.
func tableOf(s *batch.Samples) *[256]float32 {
	if s.Bytes == nil {
		return nil
	}
	return s.Table
}

// forward passes some samples through the layers, and returns what the network's loss takes: outputs or logits.
func (p *Predictor) forward(s *batch.Samples, rows kernel.Span) kernel.Matrix {
	all := p.load(s, rows)
	p.model.Forward(p.worker, nn.Pass{}, p.tape, 0, len(p.model.Layers()), all)
	return p.tape.Y[len(p.tape.Y)-1].Slice(0, all.Hi)
}

// load loads some samples, and returns the rows of the tape that are theirs.
func (p *Predictor) load(s *batch.Samples, rows kernel.Span) kernel.Span {
	n := rows.Hi - rows.Lo
	for i := range n {
		p.order[i] = int32(rows.Lo + i)
	}
	all := kernel.Span{Lo: 0, Hi: n}
	p.tape.In.Count = n
	p.tape.In.Load(p.worker, s, p.order[:n], all, kernel.Span{Lo: 0, Hi: p.tape.In.Shares()})
	return all
}

// confidence returns the output for the class that one sample's outputs predict: its probability if the activation is
// softmax or sigmoid.
func confidence(outputs []float32, class uint8) float32 {
	p := outputs[min(int(class), len(outputs)-1)]
	if len(outputs) == 1 && class == 0 {
		return 1 - p // a single output is that of class 1
	}
	return p
}
