package step

import (
	"dnn/internal/nn"
	"dnn/internal/nn/batch"
	"dnn/internal/nn/kernel"
)

// division says which features, and which rows of a batch, each worker has. It is arithmetic only: the picture in doc.go
// shows what becomes of it.
//
// A batch of few samples has rows for some of the workers only. The others own more of the features then, and update
// meanwhile what has a gradient of zero. The layers that follow are updated by those who have rows, unless these layers are
// too large for that.
type division struct {
	workers int
	batch   int // samples of a batch; the last one of an epoch may have fewer
	tile    int // rows that the kernels take at once, of which a stage is a multiple
}

// fewWorkers is how many workers divide the features among them even for small batches. It is a guess beyond two, which is
// what was measured.
const fewWorkers = 4

// shares returns among how many workers the features of a sparse batch are divided: all, unless there are many and the batch
// has so few rows that most of them would wait for the others' sums, or would have no rows of their own. A few wait for less
// time than it would take to move their rows of the kernel (docs/kernels.md has the times).
func (d division) shares() int {
	if d.workers <= fewWorkers || d.batch >= 2*d.workers*d.tile {
		return d.workers
	}
	return 1
}

// stage returns the rows of a worker's stage.
func (d division) stage(worker int) kernel.Span {
	return kernel.Part(worker, d.workers, d.batch, d.tile)
}

// hasRows reports whether a worker's stage has rows, in all batches but perhaps shorter ones.
func (d division) hasRows(worker int) bool {
	r := d.stage(worker)
	return r.Lo < r.Hi
}

// extraWork returns, for batches so small that not all workers have rows, what each has to do besides its share of the
// features, in entries of a sparse batch (see batch.Samples.Shares): those that have rows do what follows the first layer,
// updates included, so that it stays in their cache. It is nil for larger batches, or if that is more than a smaller share of
// the features can make up for.
func (d division) extraWork(m *nn.Sequential) []int {
	// A weight costs as much as one of the first layer's: its part of an entry for each sample, forward and backward, and of
	// a row's step of the optimizer. What the calls take, however small the layers are, is that of so many rows.
	const rowsOfCalls = 70
	weights := 0
	for _, l := range m.Layers()[1:] {
		for _, p := range l.Params() {
			weights += p.Value.Rows * p.Value.Cols
		}
	}
	rows := weights / m.Shapes()[0].Size() // of as many weights
	working := 0
	for worker := range d.workers {
		if d.hasRows(worker) {
			working++
		}
	}
	idle := d.workers - working
	if idle == 0 || d.shares() == 1 {
		return nil
	}
	extra := make([]int, d.workers)
	for worker := range extra {
		if d.hasRows(worker) {
			r := d.stage(worker)
			extra[worker] = (rows/working+rowsOfCalls)*batch.OptimizerEntries + 2*rows*(r.Hi-r.Lo)
		}
		if extra[worker]*idle > m.Architecture().Input*batch.OptimizerEntries {
			return nil
		}
	}
	return extra
}

// updating returns the workers that update the layers after the first: all, or those that have rows.
func (d division) updating(onlyWithRows bool) []int {
	var workers []int
	for w := range d.workers {
		if !onlyWithRows || d.hasRows(w) {
			workers = append(workers, w)
		}
	}
	return workers
}
