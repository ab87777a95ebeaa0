package nn

import "dnn/internal/nn/kernel"

// Pass is what a layer's output may depend on besides its inputs and its parameters.
type Pass struct {
	Train bool   // false: inference
	Seed  uint64 // of the run's random numbers
	Epoch int    // from 1 on
	Step  int    // of the epoch, from 1 on
	Row   int    // which row of the batch the first of the given rows is
}

// Layer is one step of a network. Its methods work on some rows of a batch, whichever they are given, and are called from
// several goroutines at once for different rows.
type Layer interface {
	// Params returns the layer's parameters in Keras's order.
	Params() []*Param

	// Forward computes the outputs y [rows, out] from the inputs x [rows, in].
	Forward(w *kernel.Worker, p Pass, x, y kernel.Matrix)

	// Backward turns dy, the gradient of the loss by the outputs y [rows, out], into what Update needs, in place, and
	// computes dx [rows, in], the gradient by the inputs, unless dx has no rows.
	Backward(w *kernel.Worker, p Pass, x, y, dy, dx kernel.Matrix)

	// Update computes the gradient of the i-th of n parts of the parameters from the inputs x and from dy as Backward left
	// it, both of the whole batch, and hands it to up.
	Update(w *kernel.Worker, x, dy kernel.Matrix, i, n int, up Updater)
}

// ColumnLayer is a layer whose rows depend on each other in training, but whose columns do not. A training step calls these
// methods, with the whole batch, instead of Forward and Backward, several goroutines at once for different columns c.
type ColumnLayer interface {
	Layer
	ForwardColumns(w *kernel.Worker, x, y kernel.Matrix, c kernel.Span)
	BackwardColumns(w *kernel.Worker, x, y, dy, dx kernel.Matrix, c kernel.Span)
}

// Rememberer is a layer that keeps something of the batches it was trained on.
type Rememberer interface {
	// Remember keeps it of the last batch. It is called when a step is over, by one goroutine.
	Remember()
}

// penalized is a layer whose parameters add to the loss.
type penalized interface {
	// Penalty returns what they add.
	Penalty() float64
}
