package nn

import "time"

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

// Trainer takes a network's training steps. All its memory is allocated by NewTrainer; a step allocates nothing.
type Trainer struct {
	engine    *Engine
	model     *Sequential
	updater   Updater
	samples   *Samples
	tape      *tape
	loaded    *input // the batch that the next step will work on, if loadedFor says so
	loadedFor []int32
	next      []int32 // the batch to load meanwhile

	scale     float32 // 1 / batch
	loss      []float32
	predicted []uint8

	phases [len(Phases)][]task
	times  [len(Phases)]time.Duration // spent in each phase since PhaseSeconds was last called
	run    func(worker, i int)        // runs a task of current
	now    []task
}

// Phases are the names of a step's phases: loading the batch (only if it was not loaded during the step before), the input
// layer, the other layers with the loss and all the way back, and the updates (with the loading of the next batch).
var Phases = [...]string{"load", "input", "layers", "update"}

// task is one part of a phase.
type task func(*Worker)

// NewTrainer returns a trainer of the model on batches of up to batch samples out of s. Each step's gradients go to updater.
func NewTrainer(e *Engine, m *Sequential, updater Updater, s *Samples, batch int) *Trainer {
	m.check(s)
	sparse := s.sparse()
	t := &Trainer{
		engine: e, model: m, updater: updater, samples: s,
		tape:   m.newTape(s, batch, sparse, true),
		loaded: newInput(s, batch, sparse, true),
		loss:   make([]float32, batch), predicted: make([]uint8, batch),
	}
	t.run = func(worker, i int) { t.now[i](&e.workers[worker]) }
	t.plan()
	return t
}

// Step trains on the samples order, at most a batch, and returns what they gave before the update. While it computes it
// loads the samples next, if any, for the step after, which recognizes them by being given that very slice: what it holds
// must not change in between.
func (t *Trainer) Step(order, next []int32) Result {
	if !sameSlice(t.loadedFor, order) {
		t.next = order
		t.do(0)
	}
	t.tape.in, t.loaded = t.loaded, t.tape.in
	t.tape.in.count = len(order)
	t.scale = 1 / float32(len(order))
	t.next, t.loadedFor = next, next
	for phase := 1; phase < len(t.phases); phase++ {
		t.do(phase)
	}
	return summarize(t.loss[:len(order)], t.predicted, t.tape.in.labels)
}

func sameSlice(a, b []int32) bool { return len(a) == len(b) && len(a) > 0 && &a[0] == &b[0] }

func (t *Trainer) do(phase int) {
	begun := time.Now()
	t.now = t.phases[phase]
	t.engine.pool.Run(len(t.now), t.run)
	t.times[phase] += time.Since(begun)
}

// PhaseSeconds returns the wall-clock seconds spent in each phase since it was last called, by name.
func (t *Trainer) PhaseSeconds() map[string]float64 {
	seconds := make(map[string]float64, len(Phases)+1)
	for i, name := range Phases {
		seconds[name] = t.times[i].Seconds()
		t.times[i] = 0
	}
	return seconds
}

// summarize adds up what a batch's samples gave, in their order.
func summarize(loss []float32, predicted, labels []uint8) Result {
	result := Result{Count: len(loss)}
	for i, l := range loss {
		result.Loss += float64(l)
		if predicted[i] == labels[i] {
			result.Right++
		}
	}
	return result
}

// plan makes the tasks of each phase.
func (t *Trainer) plan() {
	workers := len(t.engine.workers)
	features := t.samples.Features
	first := t.model.input()

	var load, forward, transpose, middle, updateFirst, updateRest []task
	panels := first.panels(workers)
	chunks := 2
	for p := range panels {
		c := first.panel(p, panels)
		for i := range chunks {
			forward = append(forward, func(w *Worker) {
				first.forwardInput(w, t.tape.in, t.tape.y[0], part(i, chunks, t.tape.in.count, 8), c)
			})
		}
		const parts = 4 // so that a worker without work can take some
		for i := range parts {
			f := part(i, parts, features, 16)
			updateFirst = append(updateFirst, func(w *Worker) {
				dy := rows(t.tape.dy[0], 0, t.tape.in.count)
				first.updateInput(w, t.tape.in, dy, f, c, t.updater)
			})
		}
	}
	if t.tape.in.sparse {
		parts := 2 * workers
		for i := range parts {
			f := part(i, parts, features, 16)
			transpose = append(transpose, func(w *Worker) { t.tape.in.transpose(w.Set, f) })
		}
	}
	rowParts := 2 * workers
	for i := range rowParts {
		middle = append(middle, func(w *Worker) { t.middle(w, part(i, rowParts, t.tape.in.count, 8)) })
		load = append(load, func(w *Worker) {
			t.loaded.load(w.Set, t.samples, t.next, part(i, rowParts, len(t.next), 1))
		})
	}
	for i, l := range t.model.layers[1:] {
		for p := range workers {
			updateRest = append(updateRest, func(w *Worker) {
				n := t.tape.in.count
				l.Update(w, rows(t.tape.y[i], 0, n), rows(t.tape.dy[i+1], 0, n), p, workers, t.updater)
			})
		}
	}
	t.phases = [...][]task{
		load,
		arrange(workers, forward, transpose),
		middle,
		arrange(workers, updateFirst, updateRest, load),
	}
}

// arrange orders tasks so that each worker's share of each list is one piece, in the order of the lists: the pool then
// gives a worker the same part of each list in every step.
func arrange(workers int, lists ...[]task) []task {
	var all []task
	for w := range workers {
		for _, list := range lists {
			all = append(all, list[w*len(list)/workers:(w+1)*len(list)/workers]...)
		}
	}
	return all
}

// middle takes some rows from the first layer's output to the loss and back to the gradient by that output.
func (t *Trainer) middle(w *Worker, r span) {
	if r.lo == r.hi {
		return
	}
	m, tape := t.model, t.tape
	m.forwardRest(w, tape, r)
	last := len(m.layers) - 1
	y, dy := rows(tape.y[last], r.lo, r.hi), rows(tape.dy[last], r.lo, r.hi)
	m.loss.Rows(w, y, dy, tape.in.labels[r.lo:r.hi], t.scale, t.loss[r.lo:r.hi], t.predicted[r.lo:r.hi])
	for i := last; i >= 0; i-- {
		var dx Matrix
		if i > 0 {
			dx = rows(tape.dy[i-1], r.lo, r.hi)
		}
		m.layers[i].Backward(w, rows(tape.y[i], r.lo, r.hi), rows(tape.dy[i], r.lo, r.hi), dx)
	}
}
