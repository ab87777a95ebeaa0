package step

import (
	"time"

	"dnn/internal/nn"
	"dnn/internal/nn/batch"
	"dnn/internal/nn/kernel"
)

// work is what the jobs of a step read and write: the network, the batch at hand, the next one, and what is computed of
// them. It says nothing of which job comes when.
type work struct {
	division
	model    *nn.Sequential
	updater  nn.Updater
	samples  *batch.Samples
	updating []int // the workers that update the layers after the first

	distiller *distiller      // nil: the network learns from the labels alone
	transform batch.Transform // nil: samples are trained on as they are

	// The step at hand.
	pass         nn.Pass
	tape         *nn.Tape
	scale        float32   // 1 / number of samples
	loss         []float32 // by sample
	predicted    []uint8   // class by sample
	updatesBegan time.Time // in a phase that ends in updates

	// The batch of the next step.
	upcoming *batch.Batch
	next     []int32 // the samples that are loaded into upcoming
}

// newWork returns the work of steps on batches of up to size samples out of s.
func newWork(e *Engine, m *nn.Sequential, updater nn.Updater, s *batch.Samples, size int) *work {
	m.CheckSamples(s)
	d := division{workers: len(e.workers), batch: size, tile: e.kernels.TileRows}
	var otherWork []int
	if m.Input().Fuses(&e.workers[0], updater) { // else a worker without rows has nothing to update early
		otherWork = d.otherWork(m)
	}
	shares := s.Shares(d.shares(), size, otherWork)
	if !m.ReadsLists() {
		shares = nil
	}
	piece := e.kernels.ResidentRows(m.Shapes()[0].Size())
	return &work{
		division: d, model: m, updater: updater, samples: s,
		updating: d.updating(len(shares) > 1 && otherWork != nil),
		pass:     nn.Pass{Train: true, Seed: m.Seed()},
		tape:     m.NewTape(s, size, shares, piece),
		loss:     make([]float32, size), predicted: make([]uint8, size),
		upcoming: batch.New(s, size, shares, piece),
	}
}

// pipelined reports whether the first layer's product is divided by features, as in the picture in doc.go.
func (s *work) pipelined() bool { return s.upcoming.Shares() > 1 }

// stageRows returns the rows of a worker's stage that the present batch has: it may be shorter than others.
func (s *work) stageRows(worker int) kernel.Span {
	r, n := s.stage(worker), s.tape.In.Count
	return kernel.Span{Lo: min(r.Lo, n), Hi: min(r.Hi, n)}
}

// forward computes the layers [from, to) for some rows. In the pipeline the first layer has its product already, and
// only bias and activation are left.
func (s *work) forward(w *kernel.Worker, from, to int, r kernel.Span) {
	if from == 0 && s.pipelined() {
		s.model.Input().Activate(w, s.tape.Y[0].Slice(r.Lo, r.Hi))
		from = 1
	}
	s.model.Forward(w, s.pass, s.tape, from, to, r)
}

// computeLoss computes the losses of some rows and their gradient by the network's outputs.
func (s *work) computeLoss(w *kernel.Worker, r kernel.Span) {
	last := len(s.model.Layers()) - 1
	y, dy := s.tape.Y[last].Slice(r.Lo, r.Hi), s.tape.DY[last].Slice(r.Lo, r.Hi)
	loss, scale := s.loss[r.Lo:r.Hi], s.scale
	if s.distiller != nil {
		s.distiller.beforeLoss(w, y, r)
		scale *= s.distiller.rest
	}
	s.model.Loss().Rows(w, y, dy, s.tape.In.Labels[r.Lo:r.Hi], scale, loss, s.predicted[r.Lo:r.Hi])
	if s.distiller != nil {
		s.distiller.afterLoss(dy, loss, r, s.scale)
	}
}
