package nn

import (
	"time"

	"dnn/internal/nn/batch"
	"dnn/internal/nn/kernel"
)

// The first layer of a sparse batch belongs to the workers by features: each has a share of them, and with it rows of the
// kernel and their moments, which it updates and then multiplies, so that they never leave its cache. (By rows of the batch,
// as the other layers, every worker would need what every other has just written: most of the kernel, in each step.)
//
// A sum is a chain in the order of the features, so a worker can go on with it only where the one before has stopped.
// They pass over the batch one behind the other, a few rows each time, and what goes from one to the next is sums. While one
// waits for them, or at the end for the last one, it does what has to be done anyway and needs nobody: it loads its share of the
// next batch, and lists its share of this one by feature, for the update.
//
// A batch of few samples has rows for some of the workers only. The others own more of the features then, and update meanwhile what has
// a gradient of zero. The layers that follow are updated by those who have rows, unless these layers are too large for that.

// fewWorkers is how many workers divide the features among them even for small batches. It is a guess beyond two, which is
// what was measured.
const fewWorkers = 4

// shares returns among how many workers a first layer's features are divided for batches of that size: all, unless there are
// many and the batch has so few rows that most of them would wait for the others' sums, or would have no rows of their own.
// A few wait for less time than it would take to move their rows of the kernel: on two threads, steps of 1 sample are 1.2
// times as fast, of 16 samples 1.1 times.
func (e *Engine) shares(batch int) int {
	if workers := len(e.workers); workers <= fewWorkers || batch >= 2*workers*e.kernels.TileRows {
		return workers
	}
	return 1
}

// pipelined tells whether the first layer's product is cut by features as well as by rows.
func (t *Trainer) pipelined() bool { return t.loaded.Shares() > 1 }

// pipeline returns the phase in which the workers make the first layer's product, each for its share of the features, before
// f does the rest for each worker's part of the rows. Each worker's updates follow, if there are any.
func (t *Trainer) pipeline(f func(w *kernel.Worker, r kernel.Span), updates [][]task) phase {
	workers := len(t.engine.workers)
	products := make([][]*job, workers) // by worker and stage
	for worker := range workers {
		products[worker] = make([]*job, workers)
		for stage := range workers {
			product := &job{run: func(w *kernel.Worker) { t.multiplyShare(w, worker, t.stage(stage)) }}
			if worker > 0 {
				product.after = []*job{products[worker-1][stage]}
			}
			products[worker][stage] = product
		}
	}
	queues := make([][]*job, workers)
	lists := make([]*job, workers)
	var rests []*job
	for worker := range workers {
		features := t.loaded.Features(worker)
		load := &job{run: t.load[worker]}
		list := &job{run: func(w *kernel.Worker) { t.tape.in.Transpose(w.Set, features) }}
		lists[worker] = list
		if worker > 0 { // there are no sums to go on with yet
			queues[worker] = append(queues[worker], list, load)
		}
		for stage, product := range products[worker] {
			if t.hasRows(stage) {
				queues[worker] = append(queues[worker], product)
			}
		}
		if worker == 0 { // the last worker has not come that far
			queues[worker] = append(queues[worker], load)
		}
		if t.hasRows(worker) {
			rest := &job{after: []*job{products[workers-1][worker]}, run: func(w *kernel.Worker) {
				if r := t.stage(worker); r.Lo < r.Hi {
					f(w, r)
				}
			}}
			rests = append(rests, rest)
			queues[worker] = append(queues[worker], rest)
		}
		if worker == 0 {
			queues[worker] = append(queues[worker], list)
		}
		if !t.hasRows(worker) {
			queues[worker] = append(queues[worker], &job{after: []*job{list}, run: func(w *kernel.Worker) {
				t.model.input().updateIdle(w, t.tape.in, features, t.updater)
			}})
		}
	}
	for worker, tasks := range updates {
		for i, run := range tasks {
			update := &job{run: run, after: append([]*job{lists[worker]}, rests...)}
			if worker == 0 && i == 0 {
				update.run = func(w *kernel.Worker) {
					t.turned = time.Now()
					run(w)
				}
			}
			queues[worker] = append(queues[worker], update)
		}
	}
	p := inOrder(rowsPhase, queues)
	p.turns = updates != nil
	return p
}

// multiplyShare makes the first layer's product of a share and some rows of the batch.
func (t *Trainer) multiplyShare(w *kernel.Worker, share int, r kernel.Span) {
	if r.Lo < r.Hi {
		t.model.input().multiplyShare(w, t.tape.in, share, t.tape.y[0], r)
	}
}

// loadsEarly returns how many of each worker's tasks that load the next batch are part of the pipeline, where workers have to
// wait for each other; the others are done during the updates.
func (t *Trainer) loadsEarly() int {
	if t.pipelined() {
		return 1
	}
	return 0
}

// stage returns the rows of a worker's stage of the pipeline for batches of that size: whole tiles.
func (e *Engine) stage(worker, batch int) kernel.Span {
	return kernel.Part(worker, len(e.workers), batch, e.kernels.TileRows)
}

// stage returns those of them that the present batch has, which may be a shorter one.
func (t *Trainer) stage(worker int) kernel.Span {
	r, n := t.engine.stage(worker, len(t.loss)), t.tape.in.Count
	return kernel.Span{Lo: min(r.Lo, n), Hi: min(r.Hi, n)}
}

// hasRows tells whether a worker's stage has rows in all batches but perhaps shorter ones.
func (t *Trainer) hasRows(worker int) bool { return t.engine.hasRows(worker, len(t.loss)) }

func (e *Engine) hasRows(worker, batch int) bool {
	r := e.stage(worker, batch)
	return r.Lo < r.Hi
}

// besides returns, for batches so small that not all workers have rows, what each has to do besides its share of the features,
// in entries (see Samples.shares): those that have rows do what follows the first layer, updates included, so that it stays in their
// cache. It is nil for larger batches, or if that is more than a smaller share of the features can make up for.
func (e *Engine) besides(m *Sequential, size int) []int {
	// A weight costs as much as one of the first layer's: its part of an entry for each sample, forward and backward, and of a row's step
	// of the optimizer. What the calls take, however small the layers are, is that of so many rows.
	const calls = 70
	weights := 0
	for _, l := range m.Layers()[1:] {
		for _, p := range l.Params() {
			weights += p.Value.Rows * p.Value.Cols
		}
	}
	rows := weights / m.Units()[0] // of as many weights
	working := 0
	for worker := range e.workers {
		if e.hasRows(worker, size) {
			working++
		}
	}
	idle := len(e.workers) - working
	if idle == 0 || e.shares(size) == 1 {
		return nil
	}
	besides := make([]int, len(e.workers))
	for worker := range besides {
		if e.hasRows(worker, size) {
			r := e.stage(worker, size)
			besides[worker] = (rows/working+calls)*batch.OptimizerEntries + 2*rows*(r.Hi-r.Lo)
		}
		if besides[worker]*idle > m.Architecture().Input*batch.OptimizerEntries {
			return nil
		}
	}
	return besides
}
