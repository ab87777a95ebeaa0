package step

import (
	"slices"

	"dnn/internal/nn"
	"dnn/internal/nn/kernel"
	"dnn/internal/nn/optimizer"
	"dnn/internal/parallel"
)

// job is a task of a phase and the jobs that must be done before it.
type job struct {
	run   task
	after []*job
}

// sideBySide returns the phase of tasks that need no others.
func sideBySide(name int, tasks []task) phase {
	p := phase{name: name}
	for _, run := range tasks {
		p.jobs = append(p.jobs, &job{run: run})
	}
	return p
}

// inOrder returns the phase in which each worker does the jobs of its queue, one after another.
func inOrder(name int, queues [][]*job) phase {
	p := phase{name: name}
	var first []int // job of each queue
	numbers := make(map[*job]int)
	for _, queue := range queues {
		first = append(first, len(p.jobs))
		for _, j := range queue {
			numbers[j] = len(p.jobs)
			p.jobs = append(p.jobs, j)
		}
	}
	needs := make([][]int, len(p.jobs))
	for n, j := range p.jobs {
		for _, before := range j.after {
			number, ok := numbers[before]
			if !ok {
				panic("nn: a job comes after one that no worker does")
			}
			needs[n] = append(needs[n], number)
		}
	}
	p.order = parallel.NewOrder(needs, first)
	return p
}

// plan makes the jobs of each phase of a step.
func (t *Trainer) plan() {
	t.load = t.loadTasks()
	t.loading = sideBySide(loadPhase, t.load)
	t.steps = nil
	t.planRows(t.updates())
	t.apply = len(t.steps)
	if d, ok := t.updater.(optimizer.Deferred); ok {
		t.steps = append(t.steps,
			phase{name: updatePhase, alone: d.Prepare},
			sideBySide(updatePhase, t.applyTasks(d)))
	}
}

// joinedSamples is up to how many samples in a batch a worker's updates are one task. To hand them out one by one takes longer then
// than it saves that a worker which is ahead can take some: a step of 1 sample 3 % longer.
const joinedSamples = 8

// updates returns each worker's updates, and what it loads of the next batch beside them.
func (t *Trainer) updates() [][]task {
	updates := make([][]task, t.workers)
	loads := t.load[t.loadsEarly()*t.workers:]
	for w := range updates {
		updates[w] = slices.Concat(t.updateInputTasks(w), t.updateTasks(w), loads[w*len(loads)/t.workers:(w+1)*len(loads)/t.workers])
		if len(t.loss) <= joinedSamples && t.pipelined() && t.transform == nil {
			all := updates[w]
			updates[w] = []task{func(w *kernel.Worker) {
				for _, run := range all {
					run(w)
				}
			}}
		}
	}
	return updates
}

// rowParts returns a task for each worker's part of the batch's rows. There are no smaller ones for a worker that is ahead to
// take: each part passes over all weights, which costs more than it could save.
func (t *Trainer) rowParts(f func(w *kernel.Worker, r kernel.Span)) []task {
	n := t.workers
	tasks := make([]task, n)
	for i := range tasks {
		tasks[i] = func(w *kernel.Worker) {
			if r := kernel.Part(i, n, t.tape.In.Count, 2); r.Lo < r.Hi {
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
	workers, loads := t.workers, t.loads()
	tasks := make([]task, loads*workers)
	for i := range tasks {
		tasks[i] = func(w *kernel.Worker) {
			in := t.loaded
			samples, shares := kernel.Part(i, len(tasks), len(t.next), 1), kernel.Span{Lo: 0, Hi: in.Shares()}
			if t.transform == nil && t.pipelined() {
				samples, shares = kernel.Part(i/workers, loads, len(t.next), 1), kernel.Span{Lo: i % workers, Hi: i%workers + 1}
			}
			in.Load(w, t.samples, t.next, samples, shares)
		}
	}
	return tasks
}

// planRows adds the phases from the samples to the loss and all the way back. Layers that work by rows need no barrier
// between them; one that works by columns needs a phase of its own in each direction.
//
// Then it adds each worker's updates, as part of the last phase if that is the pipeline.
func (t *Trainer) planRows(updates [][]task) {
	m := t.model
	next := 0 // the first layer not yet planned
	var back []phase
	for i, l := range m.Layers() {
		c, ok := l.(nn.ColumnLayer)
		if !ok {
			continue
		}
		from := next
		if from < i {
			t.addRows(from, func(w *kernel.Worker, r kernel.Span) { t.forward(w, from, i, r) })
		}
		t.steps = append(t.steps, sideBySide(rowsPhase, t.columnParts(i, func(w *kernel.Worker, x, y, _, _ kernel.Matrix, s kernel.Span) {
			c.ForwardColumns(w, x, y, s)
		})))
		// Backwards: this layer, then what lies between it and the one before that works by columns.
		back = append(back,
			sideBySide(rowsPhase, t.rowParts(func(w *kernel.Worker, r kernel.Span) { m.Backward(w, t.pass, t.tape, from, i, r) })),
			sideBySide(rowsPhase, t.columnParts(i, c.BackwardColumns)))
		next = i + 1
	}
	rows := func(w *kernel.Worker, r kernel.Span) {
		t.forward(w, next, len(m.Layers()), r)
		t.lose(w, r)
		m.Backward(w, t.pass, t.tape, next, len(m.Layers()), r)
	}
	if next == 0 && t.pipelined() {
		t.steps = append(t.steps, t.pipeline(rows, updates))
		return
	}
	t.addRows(next, rows)
	for i := len(back) - 1; i >= 0; i-- {
		t.steps = append(t.steps, back[i])
	}
	t.steps = append(t.steps, sideBySide(updatePhase, slices.Concat(updates...)))
}

// addRows adds a phase of what f does to rows, from the given layer on.
func (t *Trainer) addRows(from int, f func(w *kernel.Worker, r kernel.Span)) {
	if from == 0 && t.pipelined() {
		t.steps = append(t.steps, t.pipeline(f, nil))
		return
	}
	t.steps = append(t.steps, sideBySide(rowsPhase, t.rowParts(f)))
}

// forward computes the layers [from, to) for some rows: of the first one, what the pipeline has left to do.
func (t *Trainer) forward(w *kernel.Worker, from, to int, r kernel.Span) {
	if from == 0 && t.pipelined() {
		t.model.Input().Activate(w, t.tape.Y[0].Slice(r.Lo, r.Hi))
		from = 1
	}
	t.model.Forward(w, t.pass, t.tape, from, to, r)
}

// lose computes the loss of some rows and its gradient by the network's output.
func (t *Trainer) lose(w *kernel.Worker, r kernel.Span) {
	last := len(t.model.Layers()) - 1
	y, dy := t.tape.Y[last].Slice(r.Lo, r.Hi), t.tape.DY[last].Slice(r.Lo, r.Hi)
	loss, scale := t.loss[r.Lo:r.Hi], t.scale
	if t.distiller != nil {
		t.distiller.begin(w, y, r)
		scale *= t.distiller.rest
	}
	t.model.Loss().Rows(w, y, dy, t.tape.In.Labels[r.Lo:r.Hi], scale, loss, t.predicted[r.Lo:r.Hi])
	if t.distiller != nil {
		t.distiller.finish(dy, loss, r, t.scale)
	}
}

// columnParts returns tasks for the columns of the i-th layer, on the whole batch.
func (t *Trainer) columnParts(i int, f func(w *kernel.Worker, x, y, dy, dx kernel.Matrix, c kernel.Span)) []task {
	n := t.workers
	tasks := make([]task, n)
	for p := range tasks {
		const line = 16
		c := kernel.Part(p, n, t.model.Shapes()[i].Size(), line)
		tasks[p] = func(w *kernel.Worker) {
			n := t.tape.In.Count
			for lo := c.Lo; lo < c.Hi && !w.Stopped(); lo += line {
				columns := kernel.Span{Lo: lo, Hi: min(lo+line, c.Hi)}
				f(w, t.tape.Y[i-1].Slice(0, n), t.tape.Y[i].Slice(0, n), t.tape.DY[i].Slice(0, n), t.tape.DY[i-1].Slice(0, n), columns)
			}
		}
	}
	return tasks
}

// updateInputTasks update a worker's part of the first layer, by features: rows of its kernel, which are one piece of memory each.
// (Were they panels of columns, the processor would prefetch lines of the neighboring panel and so take them from the worker that
// writes to them.) They are small enough for a worker that is ahead to take some.
func (t *Trainer) updateInputTasks(worker int) (tasks []task) {
	const each = 4
	all, which := kernel.Part(worker, t.workers, t.samples.Features, 16), kernel.AllRows
	if t.pipelined() {
		all = t.loaded.Features(worker)
		if !t.hasRows(worker) {
			which = kernel.FilledRows
		}
	}
	for i := range each {
		f := kernel.Part(i, each, all.Hi-all.Lo, 16)
		f.Lo, f.Hi = f.Lo+all.Lo, f.Hi+all.Lo
		tasks = append(tasks, func(w *kernel.Worker) {
			if !t.pipelined() { // or it has been done
				t.tape.In.Transpose(w.Set, f)
			}
			t.model.Input().UpdateInput(w, t.tape.In, t.tape.DY[0].Slice(0, t.tape.In.Count), f, t.updater, which)
		})
	}
	return tasks
}

// updateTasks update a worker's part of each of the other layers.
func (t *Trainer) updateTasks(worker int) (tasks []task) {
	i := slices.Index(t.updating, worker)
	if i < 0 {
		return nil
	}
	for below, l := range t.model.Layers()[1:] {
		if len(l.Params()) == 0 {
			continue
		}
		tasks = append(tasks, func(w *kernel.Worker) {
			n := t.tape.In.Count
			l.Update(w, t.tape.Y[below].Slice(0, n), t.tape.DY[below+1].Slice(0, n), i, len(t.updating), t.updater)
		})
	}
	return tasks
}

// applyTasks make the updates that had to wait for whole gradients.
func (t *Trainer) applyTasks(d optimizer.Deferred) (tasks []task) {
	for _, p := range t.model.Params() {
		if p.Fixed {
			continue
		}
		for i := range t.workers {
			r := kernel.Part(i, t.workers, p.Value.Rows, 1)
			tasks = append(tasks, func(w *kernel.Worker) { d.Apply(w, p, r.Lo, r.Hi) })
		}
	}
	return tasks
}
