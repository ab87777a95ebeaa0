package nn

import "dnn/internal/nn/kernel"

// Deferred is an Updater that needs whole gradients before it can use any. Its Update only keeps what it is given.
type Deferred interface {
	Updater

	// Prepare is called once all gradients of a step are there.
	Prepare()

	// Apply uses the gradients of the rows [lo, hi) of p. It is called from several goroutines at once.
	Apply(w *kernel.Worker, p *Param, lo, hi int)
}
