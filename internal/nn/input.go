package nn

import (
	"dnn/internal/nn/batch"
	"dnn/internal/nn/kernel"
)

// InputLayer is a layer that, as the first of a network, reads the samples themselves: of a sparse batch only the features that
// are not zero. Workers divide its features among them (package step has the picture).
//
// A layer need not be one to be the first. It then gets the samples as a matrix.
type InputLayer interface {
	Layer

	// ForwardInput computes rows r of the outputs y for the batch in.
	ForwardInput(w *kernel.Worker, p Pass, in *batch.Batch, y kernel.Matrix, r kernel.Span)

	// MultiplyShare adds the product of the i-th share of the features and their rows of the kernel to rows r of y; the first share
	// sets them.
	MultiplyShare(w *kernel.Worker, in *batch.Batch, i int, y kernel.Matrix, r kernel.Span)

	// Activate turns what all shares have added to into outputs.
	Activate(w *kernel.Worker, y kernel.Matrix)

	// UpdateInput computes the gradient by the parameters of the features f, given dy as Backward left it, of the whole batch, and
	// hands it to up. Lists of these features must have been made. which are AllRows, or FilledRows if UpdateIdle is called as
	// well.
	UpdateInput(w *kernel.Worker, in *batch.Batch, dy kernel.Matrix, f kernel.Span, up Updater, which kernel.Rows)

	// UpdateIdle updates those of the features f that are zero in the whole batch, if Fuses; else UpdateInput does.
	UpdateIdle(w *kernel.Worker, in *batch.Batch, f kernel.Span, up Updater)

	// Fuses reports whether up computes the gradient itself.
	Fuses(w *kernel.Worker, up Updater) bool
}

// inputLayer returns the layer as the first of a network.
func inputLayer(l Layer) InputLayer {
	if input, ok := l.(InputLayer); ok {
		return input
	}
	return matrixInput{l}
}

// matrixInput lets any layer be the first of a network. Its batches are never divided in shares.
type matrixInput struct{ Layer }

func (l matrixInput) ForwardInput(w *kernel.Worker, p Pass, in *batch.Batch, y kernel.Matrix, r kernel.Span) {
	l.Forward(w, p, in.X.Slice(r.Lo, r.Hi), y.Slice(r.Lo, r.Hi))
}

func (matrixInput) MultiplyShare(*kernel.Worker, *batch.Batch, int, kernel.Matrix, kernel.Span) {
	panic("nn: a layer that reads a matrix was given a share of the features")
}

func (matrixInput) Activate(*kernel.Worker, kernel.Matrix) {}

// UpdateInput updates the whole layer with the first of its features.
func (l matrixInput) UpdateInput(w *kernel.Worker, in *batch.Batch, dy kernel.Matrix, f kernel.Span, up Updater, _ kernel.Rows) {
	if f.Lo == 0 && f.Hi > 0 {
		l.Update(w, in.X.Slice(0, dy.Rows), dy, 0, 1, up)
	}
}

func (matrixInput) UpdateIdle(*kernel.Worker, *batch.Batch, kernel.Span, Updater) {}

func (matrixInput) Fuses(*kernel.Worker, Updater) bool { return false }
