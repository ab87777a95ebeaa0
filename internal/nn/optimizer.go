package nn

// Updater receives gradients as they are produced, a block at a time.
type Updater interface {
	// Update takes the gradient g of the elements of p from (row, col) on. It is called from several goroutines at once, for
	// disjoint blocks; g is the caller's again afterwards.
	Update(w *Worker, p *Param, row, col int, g Matrix)
}

// Optimizer is an Updater that changes the parameters.
type Optimizer interface {
	Updater

	// Begin starts the next step, before any of its updates, with that learning rate.
	Begin(rate float64)
}

// Deferred is an Updater that needs whole gradients before it can use any. Its Update only keeps what it is given.
type Deferred interface {
	Updater

	// Prepare is called once all gradients of a step are there.
	Prepare()

	// Apply uses the gradients of the rows [lo, hi) of p. It is called from several goroutines at once.
	Apply(w *Worker, p *Param, lo, hi int)
}
