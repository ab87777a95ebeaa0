package nn

import (
	"dnn/internal/nn/batch"
	"dnn/internal/nn/kernel"
)

// InputLayer is a layer that can read the samples themselves if it is the first of a network: of sparse samples, only
// the features that are not zero. Workers divide its features among them (package step has the picture).
//
// A first layer that is no InputLayer gets the samples as a matrix.
type InputLayer interface {
	Layer

	// ForwardInput computes rows r of the outputs y for the batch in.
	ForwardInput(w *kernel.Worker, p Pass, in *batch.Batch, y kernel.Matrix, r kernel.Span)

	// MultiplyShare adds to rows r of y the product of the i-th share of the features and the kernel's rows of these.
	// The first share overwrites y.
	MultiplyShare(w *kernel.Worker, in *batch.Batch, i int, y kernel.Matrix, r kernel.Span)

	// Activate turns y, to which all shares have been added, into outputs.
	Activate(w *kernel.Worker, y kernel.Matrix)

	// UpdateInput computes the gradient by the parameters of the features f, from the whole batch and dy as Backward
	// left it, and hands it to up. The lists of these features must have been made. which is AllRows, or FilledRows if
	// UpdateIdle has updated the others.
	UpdateInput(w *kernel.Worker, in *batch.Batch, dy kernel.Matrix, f kernel.Span, up Updater, which kernel.Rows)

	// UpdateIdle updates the parameters of the features among f that are zero in the whole batch, if Fuses.
	UpdateIdle(w *kernel.Worker, in *batch.Batch, f kernel.Span, up Updater)

	// Fuses reports whether up computes the gradient of the layer itself.
	Fuses(w *kernel.Worker, up Updater) bool
}

func inputLayer(l Layer) InputLayer {
	if input, ok := l.(InputLayer); ok {
		return input
	}
	return matrixInput{l}
}

// matrixInput lets any layer be the first of a network. Its batches are matrices, without shares.
type matrixInput struct{ Layer }

func (l matrixInput) ForwardInput(w *kernel.Worker, p Pass, in *batch.Batch, y kernel.Matrix, r kernel.Span) {
	l.Forward(w, p, in.X.Slice(r.Lo, r.Hi), y.Slice(r.Lo, r.Hi))
}

func (matrixInput) MultiplyShare(*kernel.Worker, *batch.Batch, int, kernel.Matrix, kernel.Span) {
	panic("nn: MultiplyShare: wanted a layer that reads lists, found one that reads a matrix")
}

func (matrixInput) Activate(*kernel.Worker, kernel.Matrix) {}

// UpdateInput updates all parameters in the call for the first of the features.
func (l matrixInput) UpdateInput(w *kernel.Worker, in *batch.Batch, dy kernel.Matrix, f kernel.Span, up Updater,
	_ kernel.Rows) {
	if f.Lo == 0 && f.Hi > 0 {
		l.Update(w, in.X.Slice(0, dy.Rows), dy, 0, 1, up)
	}
}

func (matrixInput) UpdateIdle(*kernel.Worker, *batch.Batch, kernel.Span, Updater) {}

func (matrixInput) Fuses(*kernel.Worker, Updater) bool { return false }
