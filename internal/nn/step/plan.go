package step

import (
	"slices"

	"dnn/internal/nn"
	"dnn/internal/nn/kernel"
	"dnn/internal/nn/optimizer"
	"dnn/internal/parallel"
)

// job is a task and the jobs that must be done before it.
type job struct {
	run   task
	after []*job
}

// sideBySide returns the phase of tasks that need not wait for each other.
func sideBySide(name int, tasks []task) phase {
	p := phase{name: name}
	for _, run := range tasks {
		p.jobs = append(p.jobs, &job{run: run})
	}
	return p
}

// inOrder returns the phase in which each worker does the jobs of its own queue, one after another.
func inOrder(name int, queues [][]*job) phase {
	p := phase{name: name}
	var first []int // of each queue, the index of its first job
	indexOf := make(map[*job]int)
	for _, queue := range queues {
		first = append(first, len(p.jobs))
		for _, j := range queue {
			indexOf[j] = len(p.jobs)
			p.jobs = append(p.jobs, j)
		}
	}
	needs := make([][]int, len(p.jobs))
	for i, j := range p.jobs {
		for _, before := range j.after {
			index, ok := indexOf[before]
			if !ok {
				panic("step: a job waits for one that is in no queue")
			}
			needs[i] = append(needs[i], index)
		}
	}
	p.order = parallel.NewOrder(needs, first)
	return p
}

// plan makes the phases of a step.
func (t *Trainer) plan() {
	t.loadTasks = t.makeLoadTasks()
	t.loadOnly = sideBySide(loadPhase, t.loadTasks)
	t.phases = nil
	t.planGradients(t.updates())
	t.applyFrom = len(t.phases)
	if d, ok := t.updater.(optimizer.Deferred); ok {
		t.phases = append(t.phases,
			phase{name: updatePhase, alone: d.Prepare},
			sideBySide(updatePhase, t.applyTasks(d)))
	}
}

// oneTaskBatch is the largest batch for which all updates of a worker are one task. To hand out several costs more
// there than is gained when a worker that is ahead takes some of another's (docs/kernels.md).
const oneTaskBatch = 8

// updates returns each worker's updates, with the tasks that load the next batch meanwhile.
func (t *Trainer) updates() [][]task {
	updates := make([][]task, t.workers)
	loads := t.loadTasks[t.loadsInPipeline()*t.workers:]
	for w := range updates {
		loads := loads[w*len(loads)/t.workers : (w+1)*len(loads)/t.workers]
		updates[w] = slices.Concat(t.updateInputTasks(w), t.updateTasks(w), loads)
		if len(t.loss) <= oneTaskBatch && t.pipelined() && t.transform == nil {
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

// rowTasks returns one task for each worker: f on its part of the batch's rows. Each task passes over all weights, so
// smaller ones, which a worker that is ahead could take, would cost more than they save.
func (t *Trainer) rowTasks(f func(w *kernel.Worker, r kernel.Span)) []task {
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

// loadsPerWorker returns how many of each worker's tasks load a batch. A transform takes long, so there are several, of
// which a worker that is ahead can take some. Otherwise there is one, since each task begins by waiting for memory.
func (t *Trainer) loadsPerWorker() int {
	if t.transform != nil {
		return 4
	}
	return 1
}

// makeLoadTasks returns the tasks that load the next batch: the first of each worker, then the second of each, and so
// on. In the pipeline a worker's tasks load its share of the features, of all samples. Elsewhere, and with a transform,
// which needs all features of a sample at once, each loads some of the samples.
func (t *Trainer) makeLoadTasks() []task {
	workers, perWorker := t.workers, t.loadsPerWorker()
	tasks := make([]task, perWorker*workers)
	for i := range tasks {
		tasks[i] = func(w *kernel.Worker) {
			in := t.upcoming
			samples, shares := kernel.Part(i, len(tasks), len(t.next), 1), kernel.Span{Lo: 0, Hi: in.Shares()}
			if t.transform == nil && t.pipelined() {
				samples = kernel.Part(i/workers, perWorker, len(t.next), 1)
				shares = kernel.Span{Lo: i % workers, Hi: i%workers + 1}
			}
			in.Load(w, t.samples, t.next, samples, shares)
		}
	}
	return tasks
}

// planGradients adds the phases from the samples to the gradients: forward, loss, backward and updates. Layers that
// work by rows need no barrier between them; a layer that works by columns needs a phase of its own in each direction.
// The updates are part of the last phase if that is the pipeline, and a phase of their own otherwise.
func (t *Trainer) planGradients(updates [][]task) {
	m := t.model
	next := 0        // the first layer not yet planned
	var back []phase // backward, in the order of the layers
	for i, l := range m.Layers() {
		c, ok := l.(nn.ColumnLayer)
		if !ok {
			continue
		}
		from := next
		if from < i {
			t.addRows(from, func(w *kernel.Worker, r kernel.Span) { t.forward(w, from, i, r) })
		}
		forward := func(w *kernel.Worker, x, y, _, _ kernel.Matrix, s kernel.Span) { c.ForwardColumns(w, x, y, s) }
		t.phases = append(t.phases, sideBySide(rowsPhase, t.columnTasks(i, forward)))
		// The way back runs through these from the last to the first: this layer, then the layers before it, down to
		// the last one that works by columns.
		before := func(w *kernel.Worker, r kernel.Span) { m.Backward(w, t.pass, t.tape, from, i, r) }
		back = append(back,
			sideBySide(rowsPhase, t.rowTasks(before)),
			sideBySide(rowsPhase, t.columnTasks(i, c.BackwardColumns)))
		next = i + 1
	}
	rows := func(w *kernel.Worker, r kernel.Span) {
		t.forward(w, next, len(m.Layers()), r)
		t.computeLoss(w, r)
		m.Backward(w, t.pass, t.tape, next, len(m.Layers()), r)
	}
	if next == 0 && t.pipelined() {
		t.phases = append(t.phases, t.pipeline(rows, updates))
		return
	}
	t.addRows(next, rows)
	for _, p := range slices.Backward(back) {
		t.phases = append(t.phases, p)
	}
	t.phases = append(t.phases, sideBySide(updatePhase, slices.Concat(updates...)))
}

// addRows adds the phase in which f does its work for all rows, from the given layer on.
func (t *Trainer) addRows(from int, f func(w *kernel.Worker, r kernel.Span)) {
	if from == 0 && t.pipelined() {
		t.phases = append(t.phases, t.pipeline(f, nil))
		return
	}
	t.phases = append(t.phases, sideBySide(rowsPhase, t.rowTasks(f)))
}

// forward computes the layers [from, to) for some rows. In the pipeline the first layer has its product already, and
// only bias and activation are left.
func (t *Trainer) forward(w *kernel.Worker, from, to int, r kernel.Span) {
	if from == 0 && t.pipelined() {
		t.model.Input().Activate(w, t.tape.Y[0].Slice(r.Lo, r.Hi))
		from = 1
	}
	t.model.Forward(w, t.pass, t.tape, from, to, r)
}

// computeLoss computes the losses of some rows and their gradient by the network's outputs.
func (t *Trainer) computeLoss(w *kernel.Worker, r kernel.Span) {
	last := len(t.model.Layers()) - 1
	y, dy := t.tape.Y[last].Slice(r.Lo, r.Hi), t.tape.DY[last].Slice(r.Lo, r.Hi)
	loss, scale := t.loss[r.Lo:r.Hi], t.scale
	if t.distiller != nil {
		t.distiller.beforeLoss(w, y, r)
		scale *= t.distiller.rest
	}
	t.model.Loss().Rows(w, y, dy, t.tape.In.Labels[r.Lo:r.Hi], scale, loss, t.predicted[r.Lo:r.Hi])
	if t.distiller != nil {
		t.distiller.afterLoss(dy, loss, r, t.scale)
	}
}

// columnTasks returns one task for each worker: f on its part of the i-th layer's columns, for the whole batch.
func (t *Trainer) columnTasks(i int, f func(w *kernel.Worker, x, y, dy, dx kernel.Matrix, c kernel.Span)) []task {
	const line = 16 // float32s in a cache line
	tasks := make([]task, t.workers)
	for p := range tasks {
		c := kernel.Part(p, t.workers, t.model.Shapes()[i].Size(), line)
		tasks[p] = func(w *kernel.Worker) {
			n := t.tape.In.Count
			x, y := t.tape.Y[i-1].Slice(0, n), t.tape.Y[i].Slice(0, n)
			dx, dy := t.tape.DY[i-1].Slice(0, n), t.tape.DY[i].Slice(0, n)
			for lo := c.Lo; lo < c.Hi && !w.Stopped(); lo += line {
				f(w, x, y, dy, dx, kernel.Span{Lo: lo, Hi: min(lo+line, c.Hi)})
			}
		}
	}
	return tasks
}

// updateInputTasks returns the tasks that update a worker's part of the first layer: rows of its kernel, one for each
// feature. Rows lie in one piece of memory. Were the parts panels of columns, the processor would prefetch lines of the
// neighboring panel, and so take them from the worker that writes to them. There are several tasks, of which a worker
// that is ahead can take some.
func (t *Trainer) updateInputTasks(worker int) (tasks []task) {
	const perWorker = 4
	all, which := kernel.Part(worker, t.workers, t.samples.Features, 16), kernel.AllRows
	if t.pipelined() {
		all = t.upcoming.Features(worker)
		if !t.hasRows(worker) {
			which = kernel.FilledRows
		}
	}
	for i := range perWorker {
		f := kernel.Part(i, perWorker, all.Hi-all.Lo, 16)
		f.Lo, f.Hi = f.Lo+all.Lo, f.Hi+all.Lo
		tasks = append(tasks, func(w *kernel.Worker) {
			if !t.pipelined() { // else the job list has done it
				t.tape.In.Transpose(w.Set, f)
			}
			dz := t.tape.DY[0].Slice(0, t.tape.In.Count)
			t.model.Input().UpdateInput(w, t.tape.In, dz, f, t.updater, which)
		})
	}
	return tasks
}

// updateTasks returns the tasks that update a worker's part of each of the other layers.
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
			x, dy := t.tape.Y[below].Slice(0, n), t.tape.DY[below+1].Slice(0, n)
			l.Update(w, x, dy, i, len(t.updating), t.updater)
		})
	}
	return tasks
}

// applyTasks returns the tasks that make the updates which had to wait for whole gradients.
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
