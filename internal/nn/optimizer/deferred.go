package optimizer

import (
	"dnn/internal/nn"
	"dnn/internal/nn/kernel"
)

// Deferred is an Updater that needs whole gradients before it can use any. Its Update only keeps what it is given.
type Deferred interface {
	nn.Updater

	// Prepare is called once all gradients of a step are there.
	Prepare()

	// Apply uses the gradients of the rows [lo, hi) of p. It is called from several goroutines at once.
	Apply(w *kernel.Worker, p *nn.Param, lo, hi int)
}
