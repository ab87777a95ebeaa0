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
