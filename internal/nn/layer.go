package nn

// Layer is one step of a network. Its methods work on some rows of a batch, whichever they are given, and are called from
// several goroutines at once for different rows.
type Layer interface {
	// Spec returns the description that the layer was made from.
	Spec() LayerSpec

	// Params returns the layer's parameters in Keras's order.
	Params() []*Param

	// Forward computes the outputs y [rows, out] from the inputs x [rows, in].
	Forward(w *Worker, x, y Matrix)

	// Backward turns dy, the gradient of the loss by the outputs y [rows, out], into what Update needs, in place, and
	// computes dx [rows, in], the gradient by the inputs, unless dx has no rows.
	Backward(w *Worker, y, dy, dx Matrix)

	// Update computes the gradient of the i-th of n parts of the parameters from the inputs x and from dy as Backward left
	// it, both of the whole batch, and hands it to up.
	Update(w *Worker, x, dy Matrix, i, n int, up Updater)
}
