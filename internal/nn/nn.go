// Package nn is what a network is: layers, activations, losses, initializers, optimizers, and the Sequential model that
// trains and evaluates them. It knows no files, no terminal and no data set; instruction sets and threads are hidden behind
// an Engine.
//
// All arithmetic is float32 on row-major matrices: activations are [batch, features], a Dense kernel is [in, out] and its
// bias [out], as in Keras. Names and defaults are Keras's too.
//
// # How a training step runs
//
// Trainer.Step computes forward, loss, backward and update in two phases. Within a phase tasks run side by side, each on a
// part of the output of its own, so that no sum depends on how many workers there are:
//
//  1. all layers forward, the loss, and all layers backward, by rows of the batch, which know nothing of each other; the
//     first layer's product with a sparse batch also by features (see pipeline.go);
//  2. gradients and updates of the parameters, by rows of the parameters. A block of gradient goes to the Updater while it is
//     in the first-level cache; there is no buffer for whole gradients.
//
// Layers whose rows do depend on each other, such as BatchNormalization, have phases of their own, by columns.
package nn

import (
	"gonum.org/v1/gonum/blas/blas32"

	"dnn/internal/nn/kernel"
	"dnn/internal/parallel"
)

// Matrix is a row-major float32 matrix, Stride elements from one row to the next.
type Matrix = blas32.General

// Engine is what a network computes with: kernels for one instruction set, and workers to run them. It is not for use by
// two goroutines at once.
type Engine struct {
	kernels *kernel.Set
	pool    *parallel.Pool
	workers []Worker
}

// Worker is what a task of a phase computes with: the kernels, and memory that no other task uses meanwhile.
type Worker struct {
	*kernel.Set
	index    int // from 0
	scratch  kernel.Scratch
	gradient []float32 // one block of gradient on its way to the Updater
	sample   []uint8   // one sample on its way into a batch
	logits   logits
}

// NewEngine returns an engine of the given kernels with that many threads, at least 1. Close ends its threads.
func NewEngine(kernels *kernel.Set, threads int) *Engine {
	e := &Engine{kernels: kernels, pool: parallel.NewPool(threads), workers: make([]Worker, threads)}
	for i := range e.workers {
		e.workers[i].Set, e.workers[i].index = kernels, i
	}
	return e
}

// Close ends the engine's threads.
func (e *Engine) Close() { e.pool.Close() }

// block returns memory for a block of gradient with that many elements.
func (w *Worker) block(n int) []float32 {
	if cap(w.gradient) < n {
		w.gradient = kernel.Floats(n)
	}
	return w.gradient[:n]
}

// bytes returns memory for a sample of that many bytes.
func (w *Worker) bytes(n int) []uint8 {
	if cap(w.sample) < n {
		w.sample = make([]uint8, n)
	}
	return w.sample[:n]
}

// newMatrix returns a matrix of zeros whose rows begin at cache lines.
func newMatrix(rows, cols int) Matrix {
	stride := paddedStride(cols)
	return Matrix{Rows: rows, Cols: cols, Stride: stride, Data: kernel.Floats(rows * stride)}
}

// paddedStride rounds cols up so that rows begin at cache lines, and avoids multiples of 4 KiB, at which all rows would
// compete for the same few places of the first-level cache.
func paddedStride(cols int) int {
	const line, page = 16, 1024 // elements
	stride := (cols + line - 1) / line * line
	if stride%page == 0 {
		stride += line
	}
	return stride
}

// rows returns the rows [lo, hi) of m.
func rows(m Matrix, lo, hi int) Matrix {
	if lo == hi {
		return Matrix{Cols: m.Cols, Stride: m.Stride}
	}
	return Matrix{Rows: hi - lo, Cols: m.Cols, Stride: m.Stride, Data: m.Data[lo*m.Stride:]}
}

// row returns row r of m.
func row(m Matrix, r int) []float32 { return m.Data[r*m.Stride : r*m.Stride+m.Cols] }

// columns returns the columns [lo, hi) of m.
func columns(m Matrix, lo, hi int) Matrix {
	if lo == hi || m.Rows == 0 {
		return Matrix{Rows: m.Rows, Cols: hi - lo, Stride: m.Stride}
	}
	return Matrix{Rows: m.Rows, Cols: hi - lo, Stride: m.Stride, Data: m.Data[lo:]}
}

// span is the half-open interval of rows, columns or samples that a task works on.
type span struct{ lo, hi int }

// part returns the i-th of n parts of [0, total), all but the last of them whole multiples of align.
func part(i, n, total, align int) span {
	blocks := (total + align - 1) / align
	return span{min(i*blocks/n*align, total), min((i+1)*blocks/n*align, total)}
}

// Threads returns the number of threads.
func (e *Engine) Threads() int { return len(e.workers) }

// Kernels returns the name of the kernels in use.
func (e *Engine) Kernels() string { return e.kernels.Name }
