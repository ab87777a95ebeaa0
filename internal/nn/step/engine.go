package step

import (
	"dnn/internal/nn/kernel"
	"dnn/internal/parallel"
)

// Engine is what a network computes with: kernels for one instruction set, and workers to run them. Only one goroutine
// may use it at a time.
type Engine struct {
	kernels *kernel.Set
	pool    *parallel.Pool
	workers []kernel.Worker
}

// NewEngine returns an engine of the given kernels with that many threads, at least 1.
func NewEngine(kernels *kernel.Set, threads int) *Engine {
	e := &Engine{kernels: kernels, pool: parallel.NewPool(threads), workers: make([]kernel.Worker, threads)}
	for i := range e.workers {
		e.workers[i] = kernel.NewWorker(kernels, i)
	}
	return e
}

// Close ends the engine's threads.
func (e *Engine) Close() { e.pool.Close() }

// Threads returns the number of threads.
func (e *Engine) Threads() int { return len(e.workers) }

// Kernels returns the name of the instruction set in use.
func (e *Engine) Kernels() string { return e.kernels.Name }

// stopIf makes all workers end what they compute once stop returns true; nil takes that back.
func (e *Engine) stopIf(stop func() bool) {
	for i := range e.workers {
		e.workers[i].StopIf(stop)
	}
}
