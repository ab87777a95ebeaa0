package step

import (
	"time"

	"dnn/internal/nn"
	"dnn/internal/nn/batch"
	"dnn/internal/nn/kernel"
	"dnn/internal/parallel"
)

// Result is what a batch or a set of samples gave.
type Result struct {
	Count int     // samples
	Loss  float64 // sum of the samples' losses
	Right int     // samples whose class was predicted
}

// Add adds another batch's result.
func (r *Result) Add(other Result) {
	r.Count += other.Count
	r.Loss += other.Loss
	r.Right += other.Right
}

// MeanLoss returns the mean loss as a float32, as Keras reports it.
func (r Result) MeanLoss() float32 { return float32(r.Loss / float64(r.Count)) }

// Accuracy returns the share of samples whose class was predicted.
func (r Result) Accuracy() float32 { return float32(float64(r.Right) / float64(r.Count)) }

// Trainer takes a network's training steps. The first one packs the samples, which must not change from then on; no other
// allocates anything.
type Trainer struct {
	division
	engine    *Engine
	model     *nn.Sequential
	updater   nn.Updater
	samples   *batch.Samples
	tape      *nn.Tape
	loaded    *batch.Batch // the batch that the next step will work on, if loadedFor says so
	loadedFor []int32
	packTried bool    // whether the samples are packed if they can be
	updating  []int   // the workers that update what follows the first layer
	next      []int32 // the batch to load meanwhile

	scale     float32 // 1 / batch
	loss      []float32
	predicted []uint8
	distiller *distiller      // nil: the labels alone teach
	transform batch.Transform // nil: samples are trained on as they are
	stop      func() bool     // nil: every step is taken to its end

	pass    nn.Pass
	load    []task  // loads the batch that comes next
	loading phase   // in which nothing else is done
	steps   []phase // of a step, in order
	apply   int     // which of them, if any, is the first that uses the gradients of a Deferred updater
	times   [len(phases)]time.Duration
	tempo   parallel.Tempo

	updateBegan time.Time           // when the updates began that are part of the present phase
	run         func(worker, i int) // runs a task of now
	now         []*job
}

// phase is jobs that can run side by side, or, where there are none, what one goroutine does alone.
type phase struct {
	name          int // index into phases
	jobs          []*job
	order         *parallel.Order // which jobs need which, by their indices; nil: none does
	becomesUpdate bool            // whether updates are its last part; it sets Trainer.updateBegan
	alone         func()
}

// phases are the names of a step's phases: loading the batch (only if it was not loaded during the step before), all layers
// forward, the loss, and all layers backward, and the updates. The next batch is loaded in the last two. Where they are one phase for the
// workers (see pipeline.go), the updates count from when the first worker begins its own.
var phases = [...]string{"load", "rows", "update"}

const (
	loadPhase = iota
	rowsPhase
	updatePhase
)

// task is one part of a phase.
type task func(*kernel.Worker)

// NewTrainer returns a trainer of the model on batches of up to batch samples out of s. Each step's gradients go to updater.
func NewTrainer(e *Engine, m *nn.Sequential, updater nn.Updater, s *batch.Samples, size int) *Trainer {
	m.CheckSamples(s)
	d := division{workers: len(e.workers), batch: size, tile: e.kernels.TileRows}
	var extra []int
	if m.Input().Fuses(&e.workers[0], updater) { // or there is nothing to do early
		extra = d.extraWork(m)
	}
	shares := s.Shares(d.shares(), size, extra)
	if !m.ReadsLists() {
		shares = nil
	}
	t := &Trainer{
		division: d,
		engine:   e, model: m, updater: updater, samples: s,
		updating: d.updating(len(shares) > 1 && extra != nil),
		tape:     m.NewTape(s, size, shares, true),
		loaded:   batch.New(s, size, shares, true),
		loss:     make([]float32, size), predicted: make([]uint8, size),
		pass: nn.Pass{Train: true, Seed: m.Seed()}, tempo: parallel.NewTempo(),
	}
	t.run = func(worker, i int) {
		if w := &e.workers[worker]; !w.Stopped() {
			t.now[i].run(w)
		}
	}
	t.plan()
	return t
}

// Step trains on the samples order, at most a batch, and returns what they gave before the update. While it computes it
// loads the samples next, if any, for the step after, which recognizes them by being given that very slice: what it holds
// must not change in between.
func (t *Trainer) Step(order, next []int32) Result {
	penalty := t.begin(order, next)
	var taken time.Duration
	for i, p := range t.steps {
		if i == t.apply && t.decide() {
			return Result{}
		}
		taken += t.do(p)
	}
	t.remember()
	if len(order) == len(t.loss) { // shorter batches cannot be compared
		t.tempo.Took(taken)
	}
	return summarize(t.loss[:len(order)], t.predicted, t.tape.In.Labels, penalty)
}

// begin makes everything ready for the phases of a step, and returns the loss of the weights.
func (t *Trainer) begin(order, next []int32) (penalty float64) {
	if t.stop != nil {
		t.ask(t.stop)
	}
	if !sameSlice(t.loadedFor, order) {
		t.pack()
		t.next = order
		t.do(t.loading)
	}
	t.tape.In, t.loaded = t.loaded, t.tape.In
	t.tape.In.Count = len(order)
	if t.distiller != nil {
		t.distiller.read(t.tape.In)
	}
	t.scale = 1 / float32(len(order))
	t.next, t.loadedFor = next, next
	t.pass.Step++
	return t.model.Penalty()
}

// remember lets layers keep what they want to know of the batch, after its updates.
func (t *Trainer) remember() {
	for _, l := range t.model.Layers() {
		if l, ok := l.(nn.Rememberer); ok {
			l.Remember()
		}
	}
}

// pack packs the samples before the first of them are loaded, unless they are to be altered on the way.
func (t *Trainer) pack() {
	if t.transform != nil || t.packTried {
		return
	}
	begun := time.Now()
	p := t.loaded.Pack(t.engine.kernels, t.engine.pool.Run, t.samples)
	t.times[loadPhase] += time.Since(begun)
	t.tape.In.Use(p)
	t.loaded.Use(p)
	t.packTried = true
}

func sameSlice(a, b []int32) bool { return len(a) == len(b) && len(a) > 0 && &a[0] == &b[0] }

// do runs a phase and returns how long it took.
func (t *Trainer) do(p phase) time.Duration {
	begun := time.Now()
	t.now, t.updateBegan = p.jobs, begun
	switch pool := t.engine.pool; {
	case p.alone != nil:
		p.alone()
	case t.tempo.Alone:
		pool.RunAlone(len(t.now), p.order, t.run)
	case p.order != nil:
		pool.RunInOrder(p.order, t.run)
	default:
		pool.Run(len(t.now), t.run)
	}
	took := time.Since(begun)
	if p.becomesUpdate {
		rows := t.updateBegan.Sub(begun)
		t.times[rowsPhase] += rows
		t.times[updatePhase] += took - rows
		return took
	}
	t.times[p.name] += took
	return took
}

// Begin starts an epoch, which all that draws random numbers must know. A batch that was loaded ahead is one of the epoch
// before: should it come again, it is loaded anew.
func (t *Trainer) Begin(epoch int) {
	t.pass.Epoch, t.pass.Step = epoch, 0
	if t.transform != nil {
		t.transform.Begin(epoch)
		t.loadedFor = nil
	}
}

// Skip tells the trainer, after Begin, that so many steps of the epoch were taken before: the run was stopped within it.
func (t *Trainer) Skip(steps int) { t.pass.Step += steps }

// PhaseSeconds returns the wall-clock seconds spent in each phase since it was last called, by name.
func (t *Trainer) PhaseSeconds() map[string]float64 {
	seconds := make(map[string]float64, len(phases)+1)
	for i, name := range phases {
		seconds[name] = t.times[i].Seconds()
		t.times[i] = 0
	}
	return seconds
}

// summarize adds up what a batch's samples gave, in their order; penalty is part of the loss of each.
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
