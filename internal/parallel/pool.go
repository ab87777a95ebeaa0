package parallel

import (
	"runtime/debug"
	"sync/atomic"
	"time"
)

// Pool runs tasks on a fixed number of workers. Worker 0 is the goroutine that calls Run; the others are started by
// NewPool and live until Close.
//
// A call of Run is a phase. Each worker has a queue of the phase's tasks; one whose queue is empty takes tasks of
// others. The phase is over when all tasks have returned, even if some workers never took part: a worker that has lost
// its core, but holds no task, delays nobody. Between phases a worker spins for a while, since the next phase often
// follows at once, and then sleeps: if it kept spinning, it would take a core away from others that need it.
//
// Results cannot depend on which worker runs a task, as long as each task writes to memory of its own.
type Pool struct {
	task     func(worker, task int) // of the current phase; read only by workers that have claimed one of its tasks
	order    atomic.Pointer[Order]  // of the current phase; nil if no task needs another
	queues   []queue                // by worker
	phase    atomic.Uint32          // number of the current phase; idle workers wait for it to change
	closed   atomic.Bool
	pending  atomic.Int64        // tasks of the current phase that are not counted as returned yet
	panicked atomic.Pointer[any] // value of the first panic in the current phase
	idle     []parking           // by worker; idle[0] is the caller of Run, which waits for pending to reach 0
}

// NewPool starts workers-1 goroutines; workers must be at least 1. Close ends them.
func NewPool(workers int) *Pool {
	if workers < 1 {
		panic("parallel: a pool needs a worker")
	}
	p := &Pool{queues: make([]queue, workers), idle: make([]parking, workers)}
	for w := range workers {
		p.idle[w].token = make(chan struct{}, 1)
	}
	for w := 1; w < workers; w++ {
		go p.work(w)
	}
	return p
}

// Workers returns the number of workers.
func (p *Pool) Workers() int { return len(p.queues) }

// Close ends the workers' goroutines. The pool must not be used again.
func (p *Pool) Close() {
	p.closed.Store(true)
	p.phase.Add(1)
	p.wakeWorkers()
}

// Run calls task(worker, i) once for each i < tasks, and returns when all calls have returned. The queue of worker w has
// the tasks from w*tasks/workers up to (w+1)*tasks/workers, so that in phases of as many tasks the same worker finds the
// data of a task in its cache. Run must not be called by two goroutines at once, nor by a task. For tasks that need
// others there is RunInOrder.
//
// If a task panics, the other tasks still run, and then Run panics with the same value. So the caller can recover, and
// nobody uses its memory any more. If a single worker runs all tasks, the panic ends Run at once.
func (p *Pool) Run(tasks int, task func(worker, task int)) {
	if len(p.queues) == 1 || tasks <= 1 {
		for i := range tasks {
			task(0, i)
		}
		return
	}
	p.run(tasks, nil, task)
}

// RunInOrder is Run for the tasks and queues of an order: each task begins after those that it needs have returned. No
// worker claims a task before it is ready: if the next task of its queue is not, it looks for tasks in the other
// queues.
func (p *Pool) RunInOrder(order *Order, task func(worker, task int)) {
	p.run(len(order.needs), order, task)
}

// RunAlone runs all tasks on the calling goroutine, in an order that fits order if it is not nil. The other workers
// sleep on.
func (p *Pool) RunAlone(tasks int, order *Order, task func(worker, task int)) {
	for i := range tasks {
		if order != nil {
			i = order.sequence[i]
		}
		task(0, i)
	}
}

// run is Run for more than one worker, or RunInOrder if order is not nil.
func (p *Pool) run(tasks int, order *Order, task func(worker, task int)) {
	workers := len(p.queues)
	if tasks > maxTasks {
		panic("parallel: too many tasks for one phase")
	}
	if order != nil && len(order.first) != workers+1 {
		panic("parallel: an order for another number of workers")
	}
	p.task = task
	p.order.Store(order)
	p.pending.Store(int64(tasks))
	phase := p.phase.Load() + 1
	for w := range p.queues {
		first, end := w*tasks/workers, (w+1)*tasks/workers
		if order != nil {
			first, end = order.first[w], order.first[w+1]
		}
		p.queues[w].fill(phase, first, end)
	}
	p.phase.Store(phase)
	p.wakeWorkers()
	p.drain(0, phase)
	p.idle[0].wait(spins, func() bool { return p.pending.Load() == 0 })
	if value := p.panicked.Load(); value != nil {
		p.panicked.Store(nil)
		panic(*value)
	}
}

func (p *Pool) wakeWorkers() {
	for w := 1; w < len(p.idle); w++ {
		p.idle[w].wake()
	}
}

// work is the loop of a worker: wait for a phase, run tasks, wait for the next phase.
//
// A worker that finds no task left was asleep when the phase began. With short phases it would fall asleep and come too
// late every time. So it spins twice as long after each phase that it missed, up to a limit.
func (p *Pool) work(worker int) {
	debug.SetPanicOnFault(true) // a task may read a mapped file that has shrunk; Run panics with what that panics with
	var seen uint32
	checks := spins
	for {
		p.idle[worker].wait(checks, func() bool { return p.phase.Load() != seen })
		seen = p.phase.Load()
		if p.closed.Load() {
			return
		}
		if p.drain(worker, seen) {
			checks = spins
		} else {
			checks = min(2*checks, 32*spins)
		}
	}
}

// drain runs tasks of the phase until all are claimed: those of the worker's queue, and, if others are slow to run
// theirs, those of their queues. It reports whether it ran any.
func (p *Pool) drain(worker int, phase uint32) (helped bool) {
	order := p.order.Load()
	p.idle[worker].seen.Store(phase)
	for looks := 0; ; looks += len(p.queues) - 1 { // at other queues
		ran, waits := p.take(worker, worker, phase, order)
		helped = helped || ran
		for i := 1; i < len(p.queues); i++ {
			owner := (worker + i) % len(p.queues)
			if looks < patience(phase-p.idle[owner].seen.Load()) {
				waits = waits || p.queues[owner].hasTasks(phase)
				continue
			}
			stole, left := p.take(worker, owner, phase, order)
			helped, waits = helped || stole, waits || left
		}
		if !waits {
			return helped
		}
		if looks > napAfter {
			time.Sleep(nap)
		}
	}
}

// take runs tasks of one queue until the next one is not ready or none is left. It reports whether it ran any, and
// whether it left one that is not ready.
//
// It counts the tasks that have returned all at once, since all workers write to that counter. The price: if the worker
// loses its core between two tasks, the phase waits for it, as it would during a task.
func (p *Pool) take(worker, owner int, phase uint32, order *Order) (ran, waits bool) {
	for returned := 0; ; returned++ {
		task, result := p.queues[owner].claim(phase, order)
		if result != taken {
			if returned > 0 && p.pending.Add(int64(-returned)) == 0 {
				p.idle[0].wake()
			}
			return returned > 0, result == blocked
		}
		p.call(worker, task, phase, order)
	}
}

// patience returns how often a worker looks at another one's queue before it takes a task from there. The data of the
// task would have to move from the other's cache and back later, which takes longer than the other usually needs to
// come to the task. missed is the number of phases that the other has missed; after two of them it has probably lost
// its core.
func patience(missed uint32) int {
	if missed > 1 {
		return 0
	}
	return 2000
}

// A worker that has looked for a ready task napAfter times sleeps for nap before each further look. The worker whose
// task the others need has probably lost its core, and this gives it one.
const (
	napAfter = 20 * spins
	nap      = time.Millisecond
)

// call runs a task of the current phase.
func (p *Pool) call(worker, task int, phase uint32, order *Order) {
	defer p.returned(task, phase, order)
	p.task(worker, task)
}

// returned marks a task as returned, also if it has panicked. It recovers from the panic, which would end the process
// on a worker's goroutine; run panics again on the caller's.
func (p *Pool) returned(task int, phase uint32, order *Order) {
	if value := recover(); value != nil {
		first := value // a copy, so that only a panic allocates
		p.panicked.CompareAndSwap(nil, &first)
	}
	if order != nil {
		order.returned[task].phase.Store(phase)
	}
}
