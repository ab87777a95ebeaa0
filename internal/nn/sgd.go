package nn

// SGD is gradient descent without momentum: p -= rate * g.
type SGD struct{ rate float32 }

// NewSGD returns plain gradient descent.
func NewSGD() *SGD { return &SGD{} }

// Begin starts the next step.
func (s *SGD) Begin(rate float64) { s.rate = float32(rate) }

// Update moves a block of p against its gradient.
func (s *SGD) Update(w *Worker, p *Param, row, col int, g Matrix) {
	w.SGD(g.Rows, g.Cols, p.Value.Data[row*p.Value.Stride+col:], p.Value.Stride, g.Data, g.Stride, s.rate)
}
