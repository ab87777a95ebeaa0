package nn

import "dnn/internal/nn/kernel"

// teacher is a network whose outputs another one learns. It reads the batch as the student does and never changes.
type teacher struct {
	model *Sequential
	tape  tape // its input is the student's
}

// newTeacher returns the model as a teacher of batches of up to that many samples.
func newTeacher(m *Sequential, batch int) *teacher {
	t := &teacher{model: m}
	for _, units := range m.Units() {
		t.tape.y = append(t.tape.y, kernel.NewMatrix(batch, units))
	}
	return t
}

// answer computes what the teacher says of some rows of the batch.
func (t *teacher) answer(w *kernel.Worker, r kernel.Span) {
	t.model.forward(w, Pass{}, &t.tape, 0, len(t.model.Layers()), r)
}

// logits returns what the teacher said of a sample of the batch.
func (t *teacher) logits(r int) []float32 { return t.tape.y[len(t.tape.y)-1].Row(r) }
