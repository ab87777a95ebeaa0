package step

import (
	"slices"

	"dnn/internal/nn"
	"dnn/internal/nn/kernel"
	"dnn/internal/nn/optimizer"
)

// plan is the phases of a step and the jobs in them. It computes nothing itself.
type plan struct {
	*work
	loadTasks []task  // load the next batch
	loadOnly  phase   // runs the load tasks and nothing else, if the batch was not loaded during the step before
	phases    []phase // of a step, in order
	applyFrom int     // index of the first phase that uses the gradients kept by a Deferred updater
}

// newPlan returns the plan of the steps of that work, as its updater and its transform want them.
func newPlan(s *work) plan {
	pl := plan{work: s}
	pl.loadTasks = pl.makeLoadTasks()
	pl.loadOnly = sideBySide(loadPhase, pl.loadTasks)
	pl.planGradients(pl.updates())
	pl.applyFrom = len(pl.phases)
	if d, ok := pl.updater.(optimizer.Deferred); ok {
		pl.phases = append(pl.phases,
			phase{name: updatePhase, alone: d.Prepare},
			sideBySide(updatePhase, pl.applyTasks(d)))
	}
	return pl
}

// oneTaskBatch is the largest batch for which all updates of a worker are one task. To hand out several costs more
// there than is gained when a worker that is ahead takes some of another's (docs/kernels.md).
const oneTaskBatch = 8

// updates returns each worker's updates, with the tasks that load the next batch meanwhile.
func (pl *plan) updates() [][]task {
	updates := make([][]task, pl.workers)
	loads := pl.loadTasks[loadsInPipeline(pl.work)*pl.workers:]
	for w := range updates {
		loads := loads[w*len(loads)/pl.workers : (w+1)*len(loads)/pl.workers]
		updates[w] = slices.Concat(pl.updateInputTasks(w), pl.updateTasks(w), loads)
		if len(pl.loss) <= oneTaskBatch && pl.pipelined() && pl.transform == nil {
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
func (pl *plan) rowTasks(f func(w *kernel.Worker, r kernel.Span)) []task {
	n := pl.workers
	tasks := make([]task, n)
	for i := range tasks {
		tasks[i] = func(w *kernel.Worker) {
			if r := kernel.Part(i, n, pl.tape.In.Count, 2); r.Lo < r.Hi {
				f(w, r)
			}
		}
	}
	return tasks
}

// loadsPerWorker returns how many of each worker's tasks load a batch. A transform takes long, so there are several, of
// which a worker that is ahead can take some. Otherwise there is one, since each task begins by waiting for memory.
func (pl *plan) loadsPerWorker() int {
	if pl.transform != nil {
		return 4
	}
	return 1
}

// makeLoadTasks returns the tasks that load the next batch: the first of each worker, then the second of each, and so
// on. In the pipeline a worker's tasks load its share of the features, of all samples. Elsewhere, and with a transform,
// which needs all features of a sample at once, each loads some of the samples.
func (pl *plan) makeLoadTasks() []task {
	workers, perWorker := pl.workers, pl.loadsPerWorker()
	tasks := make([]task, perWorker*workers)
	for i := range tasks {
		tasks[i] = func(w *kernel.Worker) {
			in := pl.upcoming
			samples, shares := kernel.Part(i, len(tasks), len(pl.next), 1), kernel.Span{Lo: 0, Hi: in.Shares()}
			if pl.transform == nil && pl.pipelined() {
				samples = kernel.Part(i/workers, perWorker, len(pl.next), 1)
				shares = kernel.Span{Lo: i % workers, Hi: i%workers + 1}
			}
			in.Load(w, pl.samples, pl.next, samples, shares)
		}
	}
	return tasks
}

// planGradients adds the phases from the samples to the gradients: forward, loss, backward and updates. Layers that
// work by rows need no barrier between them; a layer that works by columns needs phases of its own in each direction.
// The updates are part of the last phase if that is the pipeline, and a phase of their own otherwise.
func (pl *plan) planGradients(updates [][]task) {
	m := pl.model
	next := 0        // the first layer not yet planned
	var back []phase // backward, in the order of the layers
	for i, l := range m.Layers() {
		forward, backward := pl.byColumns(i, l)
		if forward == nil {
			continue
		}
		from := next
		if from < i {
			pl.addRows(from, func(w *kernel.Worker, r kernel.Span) { pl.forward(w, from, i, r) })
			// The way back runs through these from the last to the first: this layer, then the layers before it, down to
			// the last one that works by columns.
			back = append(back, sideBySide(rowsPhase, pl.rowTasks(func(w *kernel.Worker, r kernel.Span) {
				m.Backward(w, pl.pass, pl.tape, from, i, r)
			})))
		}
		pl.phases = append(pl.phases, sideBySide(rowsPhase, forward))
		for _, tasks := range slices.Backward(backward) {
			back = append(back, sideBySide(rowsPhase, tasks))
		}
		next = i + 1
	}
	rows := func(w *kernel.Worker, r kernel.Span) {
		pl.forward(w, next, len(m.Layers()), r)
		pl.computeLoss(w, r)
		m.Backward(w, pl.pass, pl.tape, next, len(m.Layers()), r)
	}
	if next == 0 && pl.pipelined() {
		pl.phases = append(pl.phases, pipeline(pl.work, pl.loadTasks, rows, updates))
		return
	}
	pl.addRows(next, rows)
	for _, p := range slices.Backward(back) {
		pl.phases = append(pl.phases, p)
	}
	pl.phases = append(pl.phases, sideBySide(updatePhase, slices.Concat(updates...)))
}

// byColumns returns the tasks of the i-th layer forward, and those backward, phase by phase, if it works by columns.
func (pl *plan) byColumns(i int, l nn.Layer) (forward []task, backward [][]task) {
	out := pl.model.Shapes()[i].Size()
	ahead := func(block int, f func(w *kernel.Worker, x, y kernel.Matrix, c kernel.Span)) []task {
		return pl.columnTasks(i, out, block, func(w *kernel.Worker, x, y, _, _ kernel.Matrix, c kernel.Span) { f(w, x, y, c) })
	}
	switch l := l.(type) {
	case nn.ColumnLayer:
		const block = 64 // columns at a time: a few vectors, whose sums need not wait for each other
		forward = ahead(block, l.ForwardColumns)
		backward = append(backward, pl.columnTasks(i, out, block, l.BackwardColumns))
	case *nn.Dense:
		if i == 0 || pl.workers == 1 || !l.Wide() {
			break
		}
		in := pl.model.Shapes()[i-1].Size()
		forward = ahead(out, l.ForwardColumns)
		backward = append(backward,
			pl.columnTasks(i, out, out, func(w *kernel.Worker, _, y, dy, _ kernel.Matrix, c kernel.Span) {
				l.Backward(w, pl.pass, kernel.Matrix{}, y.Columns(c.Lo, c.Hi), dy.Columns(c.Lo, c.Hi), kernel.Matrix{})
			}),
			pl.columnTasks(i, in, in, func(w *kernel.Worker, _, _, dy, dx kernel.Matrix, c kernel.Span) {
				l.BackwardInputs(w, dy, dx, c)
			}))
	}
	return forward, backward
}

// addRows adds the phase in which f does its work for all rows, from the given layer on.
func (pl *plan) addRows(from int, f func(w *kernel.Worker, r kernel.Span)) {
	if from == 0 && pl.pipelined() {
		pl.phases = append(pl.phases, pipeline(pl.work, pl.loadTasks, f, nil))
		return
	}
	pl.phases = append(pl.phases, sideBySide(rowsPhase, pl.rowTasks(f)))
}

// columnTasks returns one task for each worker: f on its part of the i-th layer's columns, of which there are so many,
// for the whole batch, and for at most block of them at a time.
func (pl *plan) columnTasks(i, columns, block int,
	f func(w *kernel.Worker, x, y, dy, dx kernel.Matrix, c kernel.Span),
) []task {
	const line = 16 // float32s in a cache line
	tasks := make([]task, pl.workers)
	for p := range tasks {
		c := kernel.Part(p, pl.workers, columns, line)
		tasks[p] = func(w *kernel.Worker) {
			n := pl.tape.In.Count
			x, y := pl.tape.Y[i-1].Slice(0, n), pl.tape.Y[i].Slice(0, n)
			dx, dy := pl.tape.DY[i-1].Slice(0, n), pl.tape.DY[i].Slice(0, n)
			for lo := c.Lo; lo < c.Hi && !w.Stopped(); lo += block {
				f(w, x, y, dy, dx, kernel.Span{Lo: lo, Hi: min(lo+block, c.Hi)})
			}
		}
	}
	return tasks
}

// updateInputTasks returns the tasks that update a worker's part of the first layer: rows of its kernel, one for each
// feature. Rows lie in one piece of memory. Were the parts panels of columns, the processor would prefetch lines of the
// neighboring panel, and so take them from the worker that writes to them. There are several tasks, of which a worker
// that is ahead can take some.
func (pl *plan) updateInputTasks(worker int) (tasks []task) {
	const perWorker = 4
	all, which := kernel.Part(worker, pl.workers, pl.samples.Features, 16), kernel.AllRows
	if pl.pipelined() {
		all = pl.upcoming.Features(worker)
		if !pl.hasRows(worker) {
			which = kernel.FilledRows
		}
	}
	for i := range perWorker {
		f := kernel.Part(i, perWorker, all.Hi-all.Lo, 16)
		f.Lo, f.Hi = f.Lo+all.Lo, f.Hi+all.Lo
		tasks = append(tasks, func(w *kernel.Worker) {
			if !pl.pipelined() { // else the job list has done it
				pl.tape.In.Transpose(w.Set, f)
			}
			dz := pl.tape.DY[0].Slice(0, pl.tape.In.Count)
			pl.model.Input().UpdateInput(w, pl.tape.In, dz, f, pl.updater, which)
		})
	}
	return tasks
}

// updateTasks returns the tasks that update a worker's part of each of the other layers.
func (pl *plan) updateTasks(worker int) (tasks []task) {
	i := slices.Index(pl.updating, worker)
	if i < 0 {
		return nil
	}
	for below, l := range pl.model.Layers()[1:] {
		if len(l.Params()) == 0 {
			continue
		}
		tasks = append(tasks, func(w *kernel.Worker) {
			n := pl.tape.In.Count
			x, dy := pl.tape.Y[below].Slice(0, n), pl.tape.DY[below+1].Slice(0, n)
			l.Update(w, x, dy, i, len(pl.updating), pl.updater)
		})
	}
	return tasks
}

// applyTasks returns the tasks that make the updates which had to wait for whole gradients.
func (pl *plan) applyTasks(d optimizer.Deferred) (tasks []task) {
	for _, p := range pl.model.Params() {
		if p.Fixed {
			continue
		}
		for i := range pl.workers {
			r := kernel.Part(i, pl.workers, p.Value.Rows, 1)
			tasks = append(tasks, func(w *kernel.Worker) { d.Apply(w, p, r.Lo, r.Hi) })
		}
	}
	return tasks
}
