package nn

import (
	"slices"

	"dnn/internal/nn/kernel"
)

// plan makes the tasks of each phase of a step.
func (t *Trainer) plan() {
	t.load = t.loadTasks()
	t.steps = nil
	workers := len(t.engine.workers)
	update := phase{name: updatePhase, tasks: arrange(workers, t.updateInputTasks(), t.updateTasks(), t.load[t.loadsEarly()*workers:])}
	if len(t.loss) <= fewSamples {
		update.tasks = join(workers, update.tasks)
	}
	t.planRows(update)
	if d, ok := t.updater.(Deferred); ok {
		t.steps = append(t.steps,
			phase{name: updatePhase, alone: d.Prepare},
			phase{name: updatePhase, tasks: t.applyTasks(d)})
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

// join makes each worker's share of the tasks one task. For a batch of a few samples it would take longer to hand out tasks than it
// could save that a worker which is ahead can take some.
func join(workers int, tasks []task) []task {
	joined := make([]task, workers)
	for w := range joined {
		own := tasks[w*len(tasks)/workers : (w+1)*len(tasks)/workers]
		joined[w] = func(w *Worker) {
			for _, run := range own {
				run(w)
			}
		}
	}
	return joined
}

// rowParts returns a task for each worker's part of the batch's rows. There are no smaller ones for a worker that is ahead to
// take: each part passes over all weights, which costs more than it could save.
func (t *Trainer) rowParts(f func(w *Worker, r span)) []task {
	n := len(t.engine.workers)
	tasks := make([]task, n)
	for i := range tasks {
		tasks[i] = func(w *Worker) {
			if r := part(i, n, t.tape.in.count, 2); r.lo < r.hi {
				f(w, r)
			}
		}
	}
	return tasks
}

// loads returns how many tasks of each worker load a batch. Where samples are altered on the way that takes long, so that a worker
// that is ahead should be able to take some; else it is one, since each begins with waiting for its first samples.
func (t *Trainer) loads() int {
	if t.transform != nil {
		return 4
	}
	return 1
}

// loadTasks load the batch that comes next: first a task for each worker, then another. Each worker's load its share of the
// features; where samples are altered on the way, which is done to all of their features at once, some of the samples.
func (t *Trainer) loadTasks() []task {
	workers, loads := len(t.engine.workers), t.loads()
	tasks := make([]task, loads*workers)
	for i := range tasks {
		tasks[i] = func(w *Worker) {
			in := t.loaded
			samples, shares := part(i, len(tasks), len(t.next), 1), span{0, len(in.shares)}
			if t.transform == nil && t.pipelined() {
				samples, shares = part(i/workers, loads, len(t.next), 1), span{i % workers, i%workers + 1}
			}
			in.load(w, t.samples, t.next, samples, shares)
		}
	}
	return tasks
}

// planRows adds the phases from the samples to the loss and all the way back. Layers that work by rows need no barrier
// between them; one that works by columns needs a phase of its own in each direction.
//
// Then it adds the updates, as part of the last phase if that is the pipeline.
func (t *Trainer) planRows(update phase) {
	m := t.model
	next := 0 // the first layer not yet planned
	var back []phase
	for i, l := range m.layers {
		c, ok := l.(columnLayer)
		if !ok {
			continue
		}
		from := next
		if from < i {
			t.addRows(from, func(w *Worker, r span) { t.forward(w, from, i, r) }, nil)
		}
		t.steps = append(t.steps, phase{name: rowsPhase, tasks: t.columnParts(i, func(w *Worker, x, y, _, _ Matrix, s span) {
			c.ForwardColumns(w, x, y, s)
		})})
		// Backwards: this layer, then what lies between it and the one before that works by columns.
		back = append(back,
			phase{name: rowsPhase, tasks: t.rowParts(func(w *Worker, r span) { m.backward(w, t.pass, t.tape, from, i, r) })},
			phase{name: rowsPhase, tasks: t.columnParts(i, c.BackwardColumns)})
		next = i + 1
	}
	rows := func(w *Worker, r span) {
		t.forward(w, next, len(m.layers), r)
		t.lose(w, r)
		m.backward(w, t.pass, t.tape, next, len(m.layers), r)
	}
	if next == 0 && t.pipelined() {
		t.addRows(next, rows, update.tasks)
		return
	}
	t.addRows(next, rows, nil)
	for i := len(back) - 1; i >= 0; i-- {
		t.steps = append(t.steps, back[i])
	}
	t.steps = append(t.steps, update)
}

// addRows adds a phase of what f does to rows, from the given layer on, and of updates after it.
func (t *Trainer) addRows(from int, f func(w *Worker, r span), updates []task) {
	if from == 0 && t.pipelined() {
		t.steps = append(t.steps, t.pipeline(f, updates))
		return
	}
	t.steps = append(t.steps, phase{name: rowsPhase, tasks: t.rowParts(f)})
}

// forward computes the layers [from, to) for some rows: of the first one, what the pipeline has left to do.
func (t *Trainer) forward(w *Worker, from, to int, r span) {
	if from == 0 && t.pipelined() {
		t.model.input().activate(w, rows(t.tape.y[0], r.lo, r.hi))
		from = 1
	}
	t.model.forward(w, t.pass, t.tape, from, to, r)
}

// lose computes the loss of some rows and its gradient by the network's output.
func (t *Trainer) lose(w *Worker, r span) {
	last := len(t.model.layers) - 1
	y, dy := rows(t.tape.y[last], r.lo, r.hi), rows(t.tape.dy[last], r.lo, r.hi)
	loss, scale := t.loss[r.lo:r.hi], t.scale
	if t.distiller != nil {
		t.distiller.begin(w, y, r)
		scale *= t.distiller.rest
	}
	t.model.loss.Rows(w, y, dy, t.tape.in.labels[r.lo:r.hi], scale, loss, t.predicted[r.lo:r.hi])
	if t.distiller != nil {
		t.distiller.finish(dy, loss, r, t.scale)
	}
}

// columnParts returns tasks for the columns of the i-th layer, on the whole batch.
func (t *Trainer) columnParts(i int, f func(w *Worker, x, y, dy, dx Matrix, c span)) []task {
	n := len(t.engine.workers)
	tasks := make([]task, n)
	for p := range tasks {
		c := part(p, n, t.model.units[i], 16)
		tasks[p] = func(w *Worker) {
			if n := t.tape.in.count; c.lo < c.hi {
				f(w, rows(t.tape.y[i-1], 0, n), rows(t.tape.y[i], 0, n), rows(t.tape.dy[i], 0, n), rows(t.tape.dy[i-1], 0, n), c)
			}
		}
	}
	return tasks
}

// updateInputTasks update the first layer, by features: rows of its kernel, which are one piece of memory each. (Were they
// panels of columns, the processor would prefetch lines of the neighboring panel and so take them from the worker that
// writes to them.) Each worker has those of its share, in parts small enough for a worker that is ahead to take some.
func (t *Trainer) updateInputTasks() (tasks []task) {
	const each = 4
	first := t.model.input()
	workers := len(t.engine.workers)
	for i := range each * workers {
		f, which := part(i, each*workers, t.samples.Features, 16), kernel.AllRows
		if t.pipelined() {
			if !t.hasRows(i / each) {
				which = kernel.FilledRows
			}
			share := t.loaded.shares[i/each].features
			f = part(i%each, each, share.hi-share.lo, 16)
			f.lo, f.hi = f.lo+share.lo, f.hi+share.lo
		}
		tasks = append(tasks, func(w *Worker) {
			if !t.pipelined() { // or it has been done
				t.tape.in.transpose(w.Set, f)
			}
			first.updateInput(w, t.tape.in, rows(t.tape.dy[0], 0, t.tape.in.count), f, t.updater, which)
		})
	}
	return tasks
}

// updateTasks update the other layers, each worker's a part of every layer: of all workers, or of those that have rows of the batch.
func (t *Trainer) updateTasks() (tasks []task) {
	var working []int
	for p := range t.engine.workers {
		if !t.uneven || t.hasRows(p) {
			working = append(working, p)
		}
	}
	for p := range t.engine.workers {
		i := slices.Index(working, p)
		for below, l := range t.model.layers[1:] {
			if len(l.Params()) == 0 {
				continue
			}
			tasks = append(tasks, func(w *Worker) {
				if i < 0 {
					return
				}
				n := t.tape.in.count
				l.Update(w, rows(t.tape.y[below], 0, n), rows(t.tape.dy[below+1], 0, n), i, len(working), t.updater)
			})
		}
	}
	return tasks
}

// applyTasks make the updates that had to wait for whole gradients.
func (t *Trainer) applyTasks(d Deferred) (tasks []task) {
	workers := len(t.engine.workers)
	for _, p := range t.model.params {
		if p.Fixed {
			continue
		}
		for i := range workers {
			r := part(i, workers, p.Value.Rows, 1)
			tasks = append(tasks, func(w *Worker) { d.Apply(w, p, r.lo, r.hi) })
		}
	}
	return tasks
}
