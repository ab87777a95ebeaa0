package nn

import (
	"fmt"

	"dnn/internal/nn/batch"
	"dnn/internal/nn/kernel"
)

// Sequential is a network whose layers follow one another. It holds the weights and nothing that only training needs.
type Sequential struct {
	arch      Architecture
	seed      uint64
	layers    []Layer
	input     InputLayer // the first of layers
	shapes    []Shape    // of one output of each layer
	params    []*Param
	penalties []penalized // the layers that add to the loss
	loss      Loss
}

// New builds the network with weights drawn from the seed.
func New(arch Architecture, seed uint64) (*Sequential, error) { return build(arch, seed, true) }

// NewUnset builds the network with parameters that are all 0, for weights that were once drawn from the seed.
func NewUnset(arch Architecture, seed uint64) (*Sequential, error) { return build(arch, seed, false) }

func build(arch Architecture, seed uint64, draw bool) (*Sequential, error) {
	if err := arch.Validate(); err != nil {
		return nil, err
	}
	output := arch.Layers[len(arch.Layers)-1]
	loss, fromLogits, err := newLoss(arch.Loss, output.Activation, arch.LabelSmoothing)
	if err != nil {
		return nil, fmt.Errorf("loss: %w", err)
	}
	m := &Sequential{arch: arch, seed: seed, loss: loss}
	in := arch.InputShape()
	for i, spec := range arch.Layers {
		kind := spec.kind()
		var params []*Param
		for _, p := range kind.params(spec, in) {
			params = append(params, NewParam(p))
		}
		if draw && kind.initial != nil {
			kind.initial(spec, params, seed)
		}
		layer := kind.build(spec, params)
		in = kind.shape(spec, in)
		m.add(layer, in)
		if p, ok := layer.(penalized); ok && spec.L1+spec.L2 > 0 {
			m.penalties = append(m.penalties, p)
		}
		d, ok := layer.(*Dense)
		switch {
		case ok && fromLogits && i == len(arch.Layers)-1:
			d.activation = activations["linear"] // the loss applies the output layer's activation
		case ok && d.activation.ofInput:
			m.add(activationLayer{d.activation}, in)
			d.activation = activations["linear"]
		}
	}
	m.input = inputLayer(m.layers[0])
	return m, nil
}

func (m *Sequential) add(l Layer, output Shape) {
	m.layers = append(m.layers, l)
	m.shapes = append(m.shapes, output)
	for _, p := range l.Params() {
		p.Index = len(m.params)
		m.params = append(m.params, p)
	}
}

// Penalty returns what the parameters add to the mean loss.
func (m *Sequential) Penalty() float64 {
	sum := 0.0
	for _, l := range m.penalties {
		sum += l.Penalty()
	}
	return sum
}

// Architecture returns the description that the network was built from.
func (m *Sequential) Architecture() Architecture { return m.arch }

// Layers returns the layers from the input on. An activation whose gradient needs its inputs is a layer of its own.
func (m *Sequential) Layers() []Layer { return m.layers }

// Shapes returns the shape of one output of each of Layers.
func (m *Sequential) Shapes() []Shape { return m.shapes }

// Loss returns the network's loss.
func (m *Sequential) Loss() Loss { return m.loss }

// Seed returns the seed that the weights were drawn from.
func (m *Sequential) Seed() uint64 { return m.seed }

// Params returns all parameters in Keras's order.
func (m *Sequential) Params() []*Param { return m.params }

// Snapshot copies all parameters into dst, which it allocates if nil, and returns it.
func (m *Sequential) Snapshot(dst [][]float32) [][]float32 {
	if dst == nil {
		dst = make([][]float32, len(m.params))
	}
	for i, p := range m.params {
		dst[i] = append(dst[i][:0], p.Value.Data...)
	}
	return dst
}

// Restore sets all parameters to what Snapshot returned.
func (m *Sequential) Restore(snapshot [][]float32) {
	for i, p := range m.params {
		copy(p.Value.Data, snapshot[i])
	}
}

// Finite reports whether every parameter is a finite number.
func (m *Sequential) Finite() bool {
	for _, p := range m.params {
		for r := range p.Value.Rows {
			for _, v := range p.Value.Row(r) {
				if v-v != 0 { // infinite or NaN
					return false
				}
			}
		}
	}
	return true
}

// Input returns the first layer, which reads the samples themselves.
func (m *Sequential) Input() InputLayer { return m.input }

// ReadsLists reports whether the first layer can read a sparse batch. If not, a batch must not be divided into shares.
func (m *Sequential) ReadsLists() bool {
	_, matrix := m.input.(matrixInput)
	return !matrix
}

// CheckSamples panics if the samples have another number of features than the network, or a label no output.
func (m *Sequential) CheckSamples(s *batch.Samples) {
	if s.Features != m.arch.Input {
		panic(fmt.Sprintf("nn: samples of %d features for a network of %d inputs", s.Features, m.arch.Input))
	}
	classes := m.arch.Classes()
	for i, label := range s.Labels {
		if int(label) >= classes {
			panic(fmt.Sprintf("nn: label %d of sample %d for a network of %d classes", label, i, classes))
		}
	}
}

// Tape has a batch and what a pass over it computes: the outputs of each layer and, in training, the gradients by them.
type Tape struct {
	In *batch.Batch
	Y  []kernel.Matrix // [batch, size of a sample] of each of Sequential.Layers
	DY []kernel.Matrix // likewise; empty in inference
}

// NewTape returns a tape for batches of at most size of the samples s. shares are the ranges of features that the
// workers own. If the first layer does not read lists, the batch is a matrix without shares. piece is about how many
// samples a list by feature has, see batch.New; 0: the tape is not for training.
func (m *Sequential) NewTape(s *batch.Samples, size int, shares []kernel.Span, piece int) *Tape {
	if !m.ReadsLists() {
		shares = nil
	}
	t := &Tape{In: batch.New(s, size, shares, piece)}
	for _, shape := range m.shapes {
		t.Y = append(t.Y, kernel.NewMatrix(size, shape.Size()))
		if piece > 0 {
			t.DY = append(t.DY, kernel.NewMatrix(size, shape.Size()))
		}
	}
	return t
}

// Forward computes the layers [from, to) for rows r.
func (m *Sequential) Forward(w *kernel.Worker, p Pass, t *Tape, from, to int, r kernel.Span) {
	p.Row = r.Lo
	if from == 0 {
		m.input.ForwardInput(w, p, t.In, t.Y[0], r)
	}
	for i := max(1, from); i < to && !w.Stopped(); i++ {
		m.layers[i].Forward(w, p, t.Y[i-1].Slice(r.Lo, r.Hi), t.Y[i].Slice(r.Lo, r.Hi))
	}
}

// Backward goes back through the layers [from, to) for rows r, the last layer first.
func (m *Sequential) Backward(w *kernel.Worker, p Pass, t *Tape, from, to int, r kernel.Span) {
	p.Row = r.Lo
	for i := to - 1; i >= from && !w.Stopped(); i-- {
		var x, dx kernel.Matrix
		switch {
		case i == 0 && !t.In.Sparse():
			x = t.In.X.Slice(r.Lo, r.Hi)
		case i > 0:
			x, dx = t.Y[i-1].Slice(r.Lo, r.Hi), t.DY[i-1].Slice(r.Lo, r.Hi)
		}
		m.layers[i].Backward(w, p, x, t.Y[i].Slice(r.Lo, r.Hi), t.DY[i].Slice(r.Lo, r.Hi), dx)
	}
}
