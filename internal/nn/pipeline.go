package nn

import "dnn/internal/nn/kernel"

// The first layer of a sparse batch belongs to the workers by features: each has a share of them, and with it rows of the
// kernel and their moments, which it updates and then multiplies, so that they never leave its cache. (By rows of the batch,
// as the other layers, every worker would need what every other has just written: most of the kernel, in each step.)
//
// A sum is a chain in the order of the features, so a worker can go on with it only where the one before has stopped.
// They pass over the batch one behind the other, a few rows each time, and what goes from one to the next is sums. While one
// waits for them, or at the end for the last one, it does what has to be done anyway and needs nobody: it loads its share of the
// next batch, and lists its share of this one by feature, for the update.

// fewWorkers is how many workers divide the features among them even for small batches. It is a guess beyond two, which is
// what was measured.
const fewWorkers = 4

// shares returns among how many workers a first layer's features are divided for batches of that size: all, unless there are
// many and the batch has so few rows that most of them would wait for the others' sums, or would have no rows of their own.
// A few wait for less time than it would take to move their rows of the kernel: on two threads, steps of 1 sample are 1.1
// times as fast, of 16 samples 1.6 times.
func (e *Engine) shares(batch int) int {
	if workers := len(e.workers); workers <= fewWorkers || batch >= 2*workers*e.kernels.TileRows {
		return workers
	}
	return 1
}

// pipelined tells whether the first layer's product is cut by features as well as by rows.
func (t *Trainer) pipelined() bool { return len(t.loaded.shares) > 1 }

// pipeline returns the phase in which the workers make the first layer's product, each for its share of the features, before
// f does the rest for each worker's part of the rows.
func (t *Trainer) pipeline(f func(w *Worker, r span)) phase {
	workers := len(t.engine.workers)
	number := func(worker, stage int) int { // of the task that multiplies
		n := worker*(workers+3) + stage
		if worker > 0 {
			n += 2
		}
		return n
	}
	var tasks []task
	var needs [][]int
	add := func(run task, need ...int) { tasks, needs = append(tasks, run), append(needs, need) }
	transpose := func(worker int) {
		add(func(w *Worker) { t.tape.in.transpose(w.Set, t.tape.in.shares[worker].features) })
	}
	for worker := range workers {
		if worker > 0 { // nothing to go on with yet
			transpose(worker)
			add(t.load[worker])
		}
		for i := range workers {
			var before []int
			if worker > 0 {
				before = []int{number(worker-1, i)}
			}
			add(func(w *Worker) { t.multiplyShare(w, worker, t.stage(i)) }, before...)
		}
		if worker == 0 { // the last worker is not there yet
			add(t.load[worker])
		}
		add(func(w *Worker) {
			if r := t.stage(worker); r.lo < r.hi {
				f(w, r)
			}
		}, number(workers-1, worker))
		if worker == 0 {
			transpose(worker)
		}
	}
	return phase{name: rowsPhase, tasks: tasks, order: kernel.NewOrder(needs)}
}

// multiplyShare makes the first layer's product of a share and some rows of the batch.
func (t *Trainer) multiplyShare(w *Worker, share int, r span) {
	if r.lo < r.hi {
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

// stage returns the rows of the i-th stage of the pipeline: whole tiles.
func (t *Trainer) stage(i int) span {
	return part(i, len(t.engine.workers), t.tape.in.count, t.engine.kernels.TileRows)
}
