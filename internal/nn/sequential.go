package nn

import (
	"fmt"
	"math"
)

// Sequential is a network whose layers follow one another. It holds the weights and nothing that only training needs.
type Sequential struct {
	arch   Architecture
	layers []Layer
	params []*Param
	loss   Loss
}

// New builds the network with weights drawn from the seed. The architecture's last layer must be a Dense.
func New(arch Architecture, seed uint64) (*Sequential, error) {
	if err := arch.Validate(); err != nil {
		return nil, err
	}
	output := arch.Layers[len(arch.Layers)-1]
	loss, fromLogits, err := newLoss(arch.Loss, output.Activation)
	if err != nil {
		return nil, fmt.Errorf("loss: %w", err)
	}
	m := &Sequential{arch: arch, loss: loss}
	in := arch.Input
	for i, spec := range arch.Layers {
		d := newDense(spec, in, seed)
		if fromLogits && i == len(arch.Layers)-1 {
			d.activation = activations["linear"] // the loss contains the output layer's own
		}
		m.layers = append(m.layers, d)
		in = spec.Units
	}
	for _, l := range m.layers {
		for _, p := range l.Params() {
			p.index = len(m.params)
			m.params = append(m.params, p)
		}
	}
	return m, nil
}

// Architecture returns the description that the network was built from.
func (m *Sequential) Architecture() Architecture { return m.arch }

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

// Finite tells whether every parameter is a finite number.
func (m *Sequential) Finite() bool {
	for _, p := range m.params {
		for r := range p.Value.Rows {
			for _, v := range row(p.Value, r) {
				if v-v != 0 || math.IsNaN(float64(v)) {
					return false
				}
			}
		}
	}
	return true
}

// input returns the first layer, which reads the samples themselves.
func (m *Sequential) input() *Dense { return m.layers[0].(*Dense) }

// check panics if s cannot be fed to the network: its shape is another's, or a label has no output.
func (m *Sequential) check(s *Samples) {
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

// tape is what one pass over a batch leaves behind: each layer's output and, in training, the gradient by it.
type tape struct {
	in *input
	y  []Matrix
	dy []Matrix
}

func (m *Sequential) newTape(s *Samples, batch int, sparse, train bool) *tape {
	t := &tape{in: newInput(s, batch, sparse, train)}
	for _, l := range m.layers {
		units := l.Spec().Units
		t.y = append(t.y, newMatrix(batch, units))
		if train {
			t.dy = append(t.dy, newMatrix(batch, units))
		}
	}
	return t
}

// forwardRest computes the layers behind the first one for some rows.
func (m *Sequential) forwardRest(w *Worker, t *tape, r span) {
	for i, l := range m.layers[1:] {
		l.Forward(w, rows(t.y[i], r.lo, r.hi), rows(t.y[i+1], r.lo, r.hi))
	}
}
