package step

import (
	"dnn/internal/nn"
	"dnn/internal/nn/batch"
	"dnn/internal/nn/kernel"
)

// division says how many shares the features are divided into, and which rows of a batch each worker has. It is
// arithmetic only: the picture in doc.go shows what becomes of it.
//
// A small batch has rows for some of the workers only. Those without rows own more of the features, and update rows of
// the kernel that have a gradient of zeros while the others compute. Those with rows update the other layers, unless
// these are too large for that.
type division struct {
	workers int
	batch   int // samples of a batch; the last one of an epoch may have fewer
	tile    int // rows that the kernels take at once; a stage is a whole number of tiles
}

// smallBatchShares is the largest number of workers among which the features of a small batch are divided. Two were
// measured (docs/kernels.md), more than two simulated (docs/threads.md).
const smallBatchShares = 8

// shares returns how many shares the features of a sparse batch are divided into: one for each worker, or a single one,
// which means that the batch is divided by rows only. That is better if there are many workers and so few rows that
// most workers would wait for the others' sums, or have no rows of their own. A few workers wait for less time than it
// takes to move their rows of the kernel.
func (d division) shares() int {
	if d.workers <= smallBatchShares || d.batch >= 2*d.workers*d.tile {
		return d.workers
	}
	return 1
}

// stage returns the rows of a worker's stage.
func (d division) stage(worker int) kernel.Span {
	return kernel.Part(worker, d.workers, d.batch, d.tile)
}

// hasRows reports whether a worker's stage has rows in a batch of full size.
func (d division) hasRows(worker int) bool {
	r := d.stage(worker)
	return r.Lo < r.Hi
}

// otherWork returns what each worker has to do outside its share, for batches so small that some workers have no rows:
// the workers with rows do all that follows the first layer, its updates included, so that these weights stay in their
// caches. The unit is an entry of a sparse batch, as batch.Samples.Shares takes it.
//
// It is nil for larger batches, and if a smaller share of the features cannot make up for that much work: the other
// layers' updates are then divided among all workers.
func (d division) otherWork(m *nn.Sequential) []int {
	// The unit of this estimate is a row of the first layer's kernel: the other layers' weights are so many rows. A row
	// costs a step of the optimizer and, for each sample, an entry forward and one backward. Calls, however small the
	// layers are, cost as much as the steps of callRows rows.
	const callRows = 70
	weights := 0
	for _, l := range m.Layers()[1:] {
		for _, p := range l.Params() {
			weights += p.Value.Rows * p.Value.Cols
		}
	}
	rows := weights / m.Shapes()[0].Size()
	withRows := 0
	for worker := range d.workers {
		if d.hasRows(worker) {
			withRows++
		}
	}
	without := d.workers - withRows
	if without == 0 || d.shares() == 1 {
		return nil
	}
	work := make([]int, d.workers)
	for worker := range work {
		if d.hasRows(worker) {
			r := d.stage(worker)
			work[worker] = (rows/withRows+callRows)*batch.OptimizerEntries + 2*rows*(r.Hi-r.Lo)
		}
		if work[worker]*without > m.Architecture().Input*batch.OptimizerEntries {
			return nil
		}
	}
	return work
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
