package nn

import "dnn/internal/nn/kernel"

// Pass says where in a run a layer is computed. Its outputs may depend on that, as Dropout's do.
type Pass struct {
	Train bool   // false: inference
	Seed  uint64 // of the run
	Epoch int    // from 1 on
	Step  int    // of the epoch, from 1 on
	Row   int    // the first of the given rows, counted from the first of the batch
}

// Layer is one step of a network. Several goroutines call its methods at once, for different rows of a batch.
type Layer interface {
	// Params returns the layer's parameters in Keras's order.
	Params() []*Param

	// Forward computes the outputs y [rows, out] from the inputs x [rows, in].
	Forward(w *kernel.Worker, p Pass, x, y kernel.Matrix)

	// Backward turns dy, the gradient of the loss by y [rows, out], into what Update needs, in place. If dx has rows,
	// it also computes dx [rows, in], the gradient by the inputs.
	Backward(w *kernel.Worker, p Pass, x, y, dy, dx kernel.Matrix)

	// Update computes the gradient of the i-th of n parts of the parameters, from x and from dy as Backward left it,
	// both of the whole batch, and hands it to up.
	Update(w *kernel.Worker, x, dy kernel.Matrix, i, n int, up Updater)
}

// ColumnLayer is a layer whose rows depend on each other in training, but whose columns do not. Instead of Forward and
// Backward, a training step calls these methods with all rows, from several goroutines for different columns c.
type ColumnLayer interface {
	Layer
	ForwardColumns(w *kernel.Worker, x, y kernel.Matrix, c kernel.Span)
	BackwardColumns(w *kernel.Worker, x, y, dy, dx kernel.Matrix, c kernel.Span)
}

// Rememberer is a layer that keeps statistics of the batches that it was trained on.
type Rememberer interface {
	// Remember updates them from the last batch. One goroutine calls it, at the end of a step.
	Remember()
}

// penalized is a layer whose parameters add a penalty to the loss.
type penalized interface {
	// Penalty returns that penalty.
	Penalty() float64
}
