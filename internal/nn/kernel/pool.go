package kernel

import "sync/atomic"

// Pool runs tasks on a fixed number of workers. Worker 0 is the goroutine that calls Run; the others are started by
// NewPool and live until Close.
//
// A phase (one call of Run) is over when its tasks are done, not when every worker has arrived: a worker that the
// operating system has put aside while it holds no task holds nobody up. Between phases a worker spins briefly, in the
// hope that the next phase follows at once, and then parks: spinning on collapses as soon as another process wants a core.
//
// Results cannot depend on which worker runs a task, as long as tasks write to places of their own.
type Pool struct {
	task     func(worker, task int) // of the present phase; read only by who has claimed one of its tasks
	queues   []queue                // one a worker: the tasks that are its own by preference
	phase    atomic.Uint32          // the number of the present phase; idle workers wait for it to change
	closed   atomic.Bool
	pending  atomic.Int64        // tasks of the present phase that have not returned yet
	panicked atomic.Pointer[any] // what the first task of the present phase to panic panicked with
	idle     []parking           // one a worker; idle[0] is the caller of Run, waiting for pending to reach 0
}

// maxTasks is how many tasks a phase can have: what a queue's word has room for.
const maxTasks = 1<<16 - 1

// queue is a range of tasks not yet claimed: its phase in the upper 32 bits, then 16 bits each for the end and for the
// next task. All three change in one atomic operation, so that a worker which was put aside in one phase and comes back in
// a later one cannot claim anything by mistake. A queue fills two cache lines, since the prefetcher fetches pairs.
type queue struct {
	word atomic.Uint64
	_    [120]byte
}

// claim takes the queue's next task, if there is one left of the given phase.
func (q *queue) claim(phase uint32) (task int, ok bool) {
	for {
		word := q.word.Load()
		next, end := word&maxTasks, word>>16&maxTasks
		if uint32(word>>32) != phase || next == end {
			return 0, false
		}
		if q.word.CompareAndSwap(word, word+1) {
			return int(next), true
		}
	}
}

// parking is where one goroutine waits for a condition: awake at first, then asleep until wake.
type parking struct {
	asleep atomic.Bool
	token  chan struct{}
	_      [112]byte
}

// spins is how often a waiting goroutine looks before it goes to sleep. It is longer than a balanced phase makes anyone
// wait, and little beside what an operating system takes to put another thread onto a core.
const spins = 10000

// wait returns once ready does. ready must depend on atomics only, and whoever changes them calls wake afterwards.
func (p *parking) wait(ready func() bool) {
	for {
		for range spins {
			if ready() {
				return
			}
		}
		p.asleep.Store(true)
		if !ready() || !p.asleep.CompareAndSwap(true, false) {
			<-p.token
		}
	}
}

// wake wakes the goroutine that waits, if it has gone to sleep.
func (p *parking) wake() {
	if p.asleep.Load() && p.asleep.CompareAndSwap(true, false) {
		p.token <- struct{}{}
	}
}

// NewPool starts workers-1 goroutines; workers must be at least 1. Close ends them.
func NewPool(workers int) *Pool {
	if workers < 1 {
		panic("kernel: a pool needs a worker")
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
// If a task panics, the others still run, and then Run panics with the same value: on the goroutine that called it, where
// it can be recovered from, and not while others still work on the caller's memory.
func (p *Pool) Run(tasks int, task func(worker, task int)) {
	workers := len(p.queues)
	if workers == 1 || tasks <= 1 {
		for i := range tasks {
			task(0, i)
		}
		return
	}
	if tasks > maxTasks {
		panic("kernel: too many tasks for one phase")
	}
	p.task = task
	p.pending.Store(int64(tasks))
	phase := p.phase.Load() + 1
	for w := range p.queues {
		first, end := w*tasks/workers, (w+1)*tasks/workers
		p.queues[w].word.Store(uint64(phase)<<32 | uint64(end)<<16 | uint64(first))
	}
	p.phase.Store(phase)
	p.wakeWorkers()
	p.drain(0, phase)
	p.idle[0].wait(func() bool { return p.pending.Load() == 0 })
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
func (p *Pool) work(worker int) {
	var seen uint32
	for {
		p.idle[worker].wait(func() bool { return p.phase.Load() != seen })
		seen = p.phase.Load()
		if p.closed.Load() {
			return
		}
		p.drain(worker, seen)
	}
}

// drain runs tasks of the phase until all are claimed: the worker's own, then the others'.
func (p *Pool) drain(worker int, phase uint32) {
	for i := range p.queues {
		q := &p.queues[(worker+i)%len(p.queues)]
		for {
			task, ok := q.claim(phase)
			if !ok {
				break
			}
			p.call(worker, task)
		}
	}
}

// call runs a task of the present phase.
func (p *Pool) call(worker, task int) {
	defer p.returned()
	p.task(worker, task)
}

// returned counts the task that has just returned or panicked. A panic goes no further: it would end the process, since
// nobody above a worker can recover from it.
func (p *Pool) returned() {
	if value := recover(); value != nil {
		first := value // a variable that is allocated only here
		p.panicked.CompareAndSwap(nil, &first)
	}
	if p.pending.Add(-1) == 0 {
		p.idle[0].wake()
	}
}
