package step

import (
	"time"

	"dnn/internal/nn"
	"dnn/internal/nn/batch"
	"dnn/internal/parallel"
)

// Trainer takes a network's training steps. The first step packs the samples, unless that does not pay (ReadTimes); they
// must not change from then on. Later steps allocate nothing.
type Trainer struct {
	plan
	engine      *Engine
	packTried   bool        // whether the samples are packed, or cannot be
	readRarely  bool        // see ReadTimes
	upcomingFor []int32     // the samples that upcoming holds or is to hold
	stop        func() bool // nil: no step is abandoned

	jobs  []*job              // of the phase at hand
	run   func(worker, i int) // runs the i-th of jobs
	times [len(phases)]time.Duration
	tempo parallel.Tempo
}

// NewTrainer returns a trainer of the model on batches of up to size samples out of s. Each step's gradients go to
// updater.
func NewTrainer(e *Engine, m *nn.Sequential, updater nn.Updater, s *batch.Samples, size int) *Trainer {
	t := &Trainer{plan: newPlan(newWork(e, m, updater, s, size)), engine: e, tempo: parallel.NewTempo()}
	t.run = func(worker, i int) {
		if w := &e.workers[worker]; !w.Stopped() {
			t.jobs[i].run(w)
		}
	}
	return t
}

// Distill makes all further steps learn from teachers as well. The teachers read the same batches, transformed if the
// student's are.
func (t *Trainer) Distill(d Distillation) error {
	if err := d.check(t.model.Architecture()); err != nil {
		return err
	}
	t.distiller = newDistiller(d, len(t.loss))
	return nil
}

// Step trains on the samples order, at most a batch, and returns their result before the update. Meanwhile it loads the
// samples next, if any, for the next step. That step uses them if its order is this very slice, which must not change
// meanwhile; if not, it loads its batch anew.
func (t *Trainer) Step(order, next []int32) Result {
	penalty := t.beginStep(order, next)
	var taken time.Duration
	for i, p := range t.phases {
		if i == t.applyFrom && t.abandon() {
			return Result{}
		}
		taken += t.runPhase(p)
	}
	t.remember()
	if len(order) == len(t.loss) { // shorter batches cannot be compared
		t.tempo.Took(taken)
	}
	return summarize(t.loss[:len(order)], t.predicted, t.tape.In.Labels, penalty)
}

// beginStep makes everything ready for the phases of a step, its batch included, and returns what the weights add to
// the loss.
func (t *Trainer) beginStep(order, next []int32) (penalty float64) {
	if t.stop != nil {
		t.engine.stopIf(t.stop)
	}
	if !sameSlice(t.upcomingFor, order) {
		t.pack()
		t.next = order
		t.runPhase(t.loadOnly)
	}
	t.tape.In, t.upcoming = t.upcoming, t.tape.In
	t.tape.In.Count = len(order)
	if t.distiller != nil {
		t.distiller.read(t.tape.In)
	}
	t.scale = 1 / float32(len(order))
	t.next, t.upcomingFor = next, next
	t.pass.Step++
	return t.model.Penalty()
}

// remember lets layers keep what they need of the batch, after its updates.
func (t *Trainer) remember() {
	for _, l := range t.model.Layers() {
		if l, ok := l.(nn.Rememberer); ok {
			l.Remember()
		}
	}
}

// hugeReads is how often samples must be read for huge pages to pay: in a virtual machine whose memory is not there yet,
// to get them can take as long as an epoch.
const hugeReads = 10

// ReadTimes tells the trainer how often it will read each sample from here on; otherwise it takes that for often. If that
// is once, it does not pack them if they are not packed yet, since that takes longer than an epoch gains by it; unless
// other networks share them, of which the first packs them for all.
func (t *Trainer) ReadTimes(n int) {
	t.packTried = t.packTried || n == 1 && !t.samples.Shared()
	t.readRarely = n < hugeReads
}

// pack packs the samples, unless that was tried before or a transform needs them as they are.
func (t *Trainer) pack() {
	if t.transform != nil || t.packTried {
		return
	}
	begun := time.Now()
	p := t.upcoming.Pack(t.engine.kernels, t.engine.pool.Run, t.samples, !t.readRarely || t.samples.Shared())
	t.times[loadPhase] += time.Since(begun)
	t.tape.In.Use(p)
	t.upcoming.Use(p)
	t.packTried = true
}

func sameSlice(a, b []int32) bool { return len(a) == len(b) && len(a) > 0 && &a[0] == &b[0] }

// runPhase runs a phase and returns how long it took.
func (t *Trainer) runPhase(p phase) time.Duration {
	begun := time.Now()
	t.jobs, t.updatesBegan = p.jobs, begun
	switch pool := t.engine.pool; {
	case p.alone != nil:
		p.alone(&t.engine.workers[0])
	case t.tempo.Alone:
		pool.RunAlone(len(t.jobs), p.order, t.run)
	case p.order != nil:
		pool.RunInOrder(p.order, t.run)
	default:
		pool.Run(len(t.jobs), t.run)
	}
	took := time.Since(begun)
	if p.endsInUpdates {
		rows := t.updatesBegan.Sub(begun)
		t.times[rowsPhase] += rows
		t.times[updatePhase] += took - rows
		return took
	}
	t.times[p.name] += took
	return took
}

// Begin starts an epoch, on which random numbers depend. With a transform a batch that was loaded ahead is dropped,
// since it was altered as in the epoch before.
func (t *Trainer) Begin(epoch int) {
	t.pass.Epoch, t.pass.Step = epoch, 0
	if t.transform != nil {
		t.transform.Begin(epoch)
		t.upcomingFor = nil
	}
}

// Skip tells the trainer, after Begin, that so many steps of the epoch were taken by an earlier run, which was stopped.
func (t *Trainer) Skip(steps int) { t.pass.Step += steps }

// PhaseSeconds returns the wall-clock seconds spent on each of Phases, by name, since it was last called.
func (t *Trainer) PhaseSeconds() map[string]float64 {
	seconds := make(map[string]float64, len(phases)+1)
	for i, name := range phases {
		seconds[name] = t.times[i].Seconds()
		t.times[i] = 0
	}
	return seconds
}
