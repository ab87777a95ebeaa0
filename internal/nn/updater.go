package nn

import (
	"dnn/internal/nn/batch"
	"dnn/internal/nn/kernel"
)

// Updater receives gradients as they are produced, a block at a time.
type Updater interface {
	// Update takes the gradient g of the elements of p from (row, col) on. It is called from several goroutines at once, for
	// disjoint blocks. It may overwrite g, which is the caller's again afterwards.
	Update(w *kernel.Worker, p *Param, row, col int, g kernel.Matrix)
}

// SparseUpdater is an Updater that may compute the gradient of a sparse input's kernel itself, while it is at it.
type SparseUpdater interface {
	// Fuses tells whether it does so in the step at hand.
	Fuses(w *kernel.Worker) bool

	// UpdateSparse is Update with the gradient of rows f of p that is x^T dz, in some columns; x is in, by features.
	//
	// It is called for all of these rows, or twice: for the empty ones, which have no entries in x and so a gradient of zeros, without dz,
	// and for the filled ones, in any order. An updater may do nothing for the empty ones and update all when it is called for the filled.
	UpdateSparse(w *kernel.Worker, p *Param, in *batch.Batch, dz kernel.Matrix, f, cols kernel.Span, which kernel.Rows)
}

// Fuses tells whether an updater computes gradients of sparse input itself.
func Fuses(up Updater, w *kernel.Worker) bool {
	sparse, ok := up.(SparseUpdater)
	return ok && sparse.Fuses(w)
}
