package step

import (
	"time"

	"dnn/internal/nn"
	"dnn/internal/nn/batch"
	"dnn/internal/nn/kernel"
	"dnn/internal/parallel"
)

// Result is the loss and the correct predictions for a batch or for all samples of a data set.
type Result struct {
	Count int     // number of samples
	Loss  float64 // sum of the samples' losses
	Right int     // number of samples whose class was predicted
}

// Add adds the result for other samples.
func (r *Result) Add(other Result) {
	r.Count += other.Count
	r.Loss += other.Loss
	r.Right += other.Right
}

// MeanLoss returns the mean loss as a float32, as Keras reports it.
func (r Result) MeanLoss() float32 { return float32(r.Loss / float64(r.Count)) }

// Accuracy returns the fraction of samples whose class was predicted.
func (r Result) Accuracy() float32 { return float32(float64(r.Right) / float64(r.Count)) }

// Trainer takes a network's training steps. The first step packs the samples, which must not change from then on. Later
// steps allocate nothing.
type Trainer struct {
	division
	engine    *Engine
	model     *nn.Sequential
	updater   nn.Updater
	samples   *batch.Samples
	packTried bool  // whether the samples are packed, or cannot be
	updating  []int // the workers that update the layers after the first

	distiller *distiller      // nil: the network learns from the labels alone
	transform batch.Transform // nil: samples are trained on as they are
	stop      func() bool     // nil: no step is abandoned

	// The step at hand.
	pass      nn.Pass
	tape      *nn.Tape
	scale     float32   // 1 / number of samples
	loss      []float32 // by sample
	predicted []uint8   // class by sample

	// The batch of the next step.
	upcoming    *batch.Batch // holds, or is to hold, the samples upcomingFor
	upcomingFor []int32
	next        []int32 // the samples that load tasks put into upcoming

	// How a step runs, as plan has it.
	loadTasks []task  // load the next batch
	loadOnly  phase   // runs the load tasks and nothing else, if the batch was not loaded during the step before
	phases    []phase // of a step, in order
	applyFrom int     // index of the first phase that uses the gradients kept by a Deferred updater

	// The phase at hand.
	jobs         []*job
	run          func(worker, i int) // runs the i-th of jobs
	updatesBegan time.Time           // of a phase that ends in updates

	times [len(phases)]time.Duration
	tempo parallel.Tempo
}

// phase is jobs that can run side by side, as far as order allows; or, if alone is not nil, what one goroutine does.
type phase struct {
	name          int // index into phases
	jobs          []*job
	order         *parallel.Order // which jobs wait for which, by index; nil: none waits
	endsInUpdates bool            // whether its last jobs are updates; the first of these sets Trainer.updatesBegan
	alone         func()
}

// phases are what the time of a step is spent on: load, the loading of the batch if that was not done during the step
// before; rows, all layers forward, the loss, and all layers backward; update, the updates. The next batch is loaded
// during the last two. In the pipeline, whose updates follow without a barrier, update counts from when the first
// worker begins its own.
var phases = [...]string{"load", "rows", "update"}

const (
	loadPhase = iota
	rowsPhase
	updatePhase
)

// task is what one worker does without a break.
type task func(*kernel.Worker)

// NewTrainer returns a trainer of the model on batches of up to size samples out of s. Each step's gradients go to
// updater.
func NewTrainer(e *Engine, m *nn.Sequential, updater nn.Updater, s *batch.Samples, size int) *Trainer {
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
	t := &Trainer{
		division: d,
		engine:   e, model: m, updater: updater, samples: s,
		updating: d.updating(len(shares) > 1 && otherWork != nil),
		tape:     m.NewTape(s, size, shares, true),
		upcoming: batch.New(s, size, shares, true),
		loss:     make([]float32, size), predicted: make([]uint8, size),
		pass: nn.Pass{Train: true, Seed: m.Seed()}, tempo: parallel.NewTempo(),
	}
	t.run = func(worker, i int) {
		if w := &e.workers[worker]; !w.Stopped() {
			t.jobs[i].run(w)
		}
	}
	t.plan()
	return t
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
		t.workersStopIf(t.stop)
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

// pack packs the samples, unless that was tried before or a transform needs them as they are.
func (t *Trainer) pack() {
	if t.transform != nil || t.packTried {
		return
	}
	begun := time.Now()
	p := t.upcoming.Pack(t.engine.kernels, t.engine.pool.Run, t.samples)
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
		p.alone()
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

// summarize adds up the samples' losses, in their order, and counts correct predictions. penalty is part of each
// sample's loss.
func summarize(loss []float32, predicted, labels []uint8, penalty float64) Result {
	result := Result{Count: len(loss)}
	for i, l := range loss {
		result.Loss += float64(l)
		if predicted[i] == labels[i] {
			result.Right++
		}
	}
	result.Loss += float64(float64(result.Count) * penalty)
	return result
}
