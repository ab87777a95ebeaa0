package parallel

import (
	"runtime/debug"
	"sync/atomic"
	"time"
)

// Pool runs tasks on a fixed number of workers. Worker 0 is the goroutine that calls Run; the others are started by
// NewPool and live until Close.
//
// A phase (one call of Run) is over when its tasks are done, not when every worker has arrived: a worker that the
// operating system has put aside while it holds no task holds nobody up. Between phases a worker spins for a while, in the
// hope that the next phase follows at once, and then parks: spinning on collapses as soon as another process wants a core.
//
// Results cannot depend on which worker runs a task, as long as tasks write to places of their own.
type Pool struct {
	task     func(worker, task int) // of the present phase; read only by who has claimed one of its tasks
	order    atomic.Pointer[Order]  // of the present phase; nil: its tasks need nothing
	queues   []queue                // one a worker: the tasks that are its own by preference
	phase    atomic.Uint32          // the number of the present phase; idle workers wait for it to change
	closed   atomic.Bool
	pending  atomic.Int64        // tasks of the present phase that have not been counted as returned
	panicked atomic.Pointer[any] // what the first task of the present phase to panic panicked with
	idle     []parking           // one a worker; idle[0] is the caller of Run, waiting for pending to reach 0
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

// Run calls task(worker, i) once for each i < tasks, of which there can be 65,535, and returns when all calls have
// returned. Worker w prefers the tasks from w*tasks/workers on, the same ones in each phase of as many tasks, so that they
// find their data in its cache; who has none left takes another's. Run must not be called by two goroutines at once, nor
// from within a task.
//
// Tasks that need others are for RunInOrder.
//
// If a task panics, the others still run (but not if one worker does all), and then Run panics with the same value: on the goroutine that called it, where
// it can be recovered from, and not while others still work on the caller's memory.
func (p *Pool) Run(tasks int, task func(worker, task int)) {
	if len(p.queues) == 1 || tasks <= 1 {
		for i := range tasks {
			task(0, i)
		}
		return
	}
	p.run(tasks, nil, task)
}

// RunInOrder is Run for as many tasks as the order knows, each of which begins after those that it needs have returned. The order
// says what a worker prefers. Nobody waits with a task in hand: a worker whose next task is not ready yet looks for another's that is.
func (p *Pool) RunInOrder(order *Order, task func(worker, task int)) {
	p.run(len(order.needs), order, task)
}

// RunAlone is Run or, for an order that is not nil, RunInOrder, by the caller alone; the other workers sleep on.
func (p *Pool) RunAlone(tasks int, order *Order, task func(worker, task int)) {
	for i := range tasks {
		if order != nil {
			i = order.sequence[i]
		}
		task(0, i)
	}
}

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
		p.queues[w].word.Store(uint64(phase)<<32 | uint64(end)<<16 | uint64(first))
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

// work is the life of a worker: wait for a phase, help with it, wait for the next.
//
// One that comes too late for a phase has slept, and while others did its tasks it would go to sleep again, and be too late
// for the next. So it looks twice as long each time, up to some milliseconds, until it has been in time.
func (p *Pool) work(worker int) {
	debug.SetPanicOnFault(true) // a task may read a mapped file that has shrunk; call hands the panic on
	var seen uint32
	looks := spins
	for {
		p.idle[worker].wait(looks, func() bool { return p.phase.Load() != seen })
		seen = p.phase.Load()
		if p.closed.Load() {
			return
		}
		if p.drain(worker, seen) {
			looks = spins
		} else {
			looks = min(2*looks, 32*spins)
		}
	}
}

// drain runs tasks of the phase until all are claimed: the worker's own, then, if their worker seems to be away, others'. It
// tells whether there was a task for it.
func (p *Pool) drain(worker int, phase uint32) (helped bool) {
	order := p.order.Load()
	p.idle[worker].seen.Store(phase)
	for looks := 0; ; looks += len(p.queues) - 1 {
		ran, waits := p.take(worker, worker, phase, order)
		helped = helped || ran
		for i := 1; i < len(p.queues); i++ {
			owner := (worker + i) % len(p.queues)
			if looks < patience(phase-p.idle[owner].seen.Load()) {
				waits = waits || p.queues[owner].left(phase)
				continue
			}
			stole, needs := p.take(worker, owner, phase, order)
			helped, waits = helped || stole, waits || needs
		}
		if !waits {
			return helped
		}
		if looks > long {
			time.Sleep(nap)
		}
	}
}

// take runs tasks of one queue for as long as there are any that are ready. It tells whether there was one, and whether one is
// left that is not.
//
// Those that have returned are counted together, since all workers write to that count. So a worker that is put aside after one of them
// and before it looks for the next is waited for; that is some nanoseconds, beside the microseconds in which it has a task.
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

// patience is how often a worker looks at tasks that another prefers before it takes them: some ten microseconds; missed is
// for how many phases the other was not seen. The data of these tasks would have to come from the other's cache and go back
// there later, which takes longer than the other usually needs to get to them. One that has not come for two phases has
// probably lost its core.
func patience(missed uint32) int {
	if missed > 1 {
		return 0
	}
	return 2000
}

// A worker that has looked for long (a few milliseconds) in vain for a task that is ready naps, since who runs what they need has
// lost its core.
const (
	long = 20 * spins
	nap  = time.Millisecond
)

// call runs a task of the present phase.
func (p *Pool) call(worker, task int, phase uint32, order *Order) {
	defer p.returned(task, phase, order)
	p.task(worker, task)
}

// returned tells those who need the task that it has returned, or panicked. A panic goes no further: it would end the process,
// since nobody above a worker can recover from it.
func (p *Pool) returned(task int, phase uint32, order *Order) {
	if value := recover(); value != nil {
		first := value // a variable that is allocated only here
		p.panicked.CompareAndSwap(nil, &first)
	}
	if order != nil {
		order.returned[task].phase.Store(phase)
	}
}
