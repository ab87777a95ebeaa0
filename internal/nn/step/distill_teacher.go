package step

import (
	"dnn/internal/nn"
	"dnn/internal/nn/kernel"
)

// teacher is a network whose outputs another one learns. It reads the student's batch, and never changes.
type teacher struct {
	model *nn.Sequential
	tape  nn.Tape // its input is the student's
}

// newTeacher returns the model as a teacher for batches of up to that many samples.
func newTeacher(m *nn.Sequential, batch int) *teacher {
	t := &teacher{model: m}
	for _, shape := range m.Shapes() {
		t.tape.Y = append(t.tape.Y, kernel.NewMatrix(batch, shape.Size()))
	}
	return t
}

// answer computes the teacher's outputs for some rows of the batch.
func (t *teacher) answer(w *kernel.Worker, r kernel.Span) {
	t.model.Forward(w, nn.Pass{}, &t.tape, 0, len(t.model.Layers()), r)
}

// logits returns the logits that answer has computed for a row of the batch.
func (t *teacher) logits(r int) []float32 { return t.tape.Y[len(t.tape.Y)-1].Row(r) }
