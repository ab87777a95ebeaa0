package nn

import (
	"dnn/internal/nn/batch"
	"dnn/internal/nn/kernel"
)

// Updater receives gradients block by block, as they are computed.
type Updater interface {
	// Update takes g, the gradient of the elements of p from (row, col) on. Several goroutines call it at once for
	// disjoint blocks. It may overwrite g, but must not keep it.
	Update(w *kernel.Worker, p *Param, row, col int, g kernel.Matrix)
}

// SparseUpdater is an Updater that can also compute the gradient of the first layer's kernel, from a sparse batch, and
// update the kernel in the same pass.
type SparseUpdater interface {
	// Fuses reports whether it does so in the current step.
	Fuses(w *kernel.Worker) bool

	// UpdateSparse computes the gradient x^T dz of rows f of p, in the columns cols, and updates them. x is the batch.
	//
	// It is called once for AllRows, or twice, in any order: for EmptyRows, whose gradient is zero since they have no
	// entries in x, without dz; and for FilledRows. An updater may do nothing for the empty rows, and update all rows
	// in the other call.
	UpdateSparse(w *kernel.Worker, p *Param, in *batch.Batch, dz kernel.Matrix, f, cols kernel.Span, which kernel.Rows)
}

// Fuses reports whether up computes gradients of a sparse input itself.
func Fuses(up Updater, w *kernel.Worker) bool {
	sparse, ok := up.(SparseUpdater)
	return ok && sparse.Fuses(w)
}
