package kernel

import (
	"runtime/debug"
	"slices"
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

// maxTasks is how many tasks a phase can have: what a queue's word has room for.
const maxTasks = 1<<16 - 1

// queue is a range of tasks not yet claimed: its phase in the upper 32 bits, then 16 bits each for the end and for the
// next task. All three change in one atomic operation, so that a worker which was put aside in one phase and comes back in
// a later one cannot claim anything by mistake. A queue fills two cache lines, since the prefetcher fetches pairs.
type queue struct {
	word atomic.Uint64
	_    [120]byte
}

// claimed is what became of a claim.
type claimed int

const (
	none    claimed = iota // the queue has no task left of that phase
	blocked                // its next task needs one that has not returned
	taken
)

// claim takes the queue's next task, if there is one left of the given phase and it needs nothing more.
func (q *queue) claim(phase uint32, order *Order) (task int, result claimed) {
	for {
		word := q.word.Load()
		next, end := word&maxTasks, word>>16&maxTasks
		if uint32(word>>32) != phase || next == end {
			return 0, none
		}
		if !order.ready(int(next), phase) {
			return 0, blocked
		}
		if q.word.CompareAndSwap(word, word+1) {
			return int(next), taken
		}
	}
}

// left tells whether tasks of the phase have not been claimed.
func (q *queue) left(phase uint32) bool {
	word := q.word.Load()
	return uint32(word>>32) == phase && word&maxTasks != word>>16&maxTasks
}

// Order says which tasks of a phase need others of it. It can serve any number of phases, of one pool at a time.
type Order struct {
	needs    [][]int
	first    []int        // by worker, the first task that it prefers; behind them the number of tasks
	sequence []int        // all tasks, each after those that it needs and those that its worker prefers to it
	returned []lastReturn // one a task
}

// lastReturn is the number of the last phase in which a task has returned. A line of its own, as for a queue.
type lastReturn struct {
	phase atomic.Uint32
	_     [124]byte
}

// NewOrder returns the order in which task i begins after the tasks needs[i] have returned, for a pool of len(first) workers, of
// which worker w prefers the tasks from first[w] on, one after another. It panics if a pool would wait forever: it must be possible to
// run all tasks one by one such that each comes after those that it needs and, of the tasks that one worker prefers, after those
// with lower numbers.
func NewOrder(needs [][]int, first []int) *Order {
	o := &Order{needs: needs, first: append(slices.Clone(first), len(needs)), returned: make([]lastReturn, len(needs))}
	if o.first[0] != 0 || !slices.IsSorted(o.first) {
		panic("kernel: workers' tasks that do not follow one another")
	}
	begun, placed := make([]bool, len(needs)), make([]bool, len(needs))
	var place func(task int) // after all that has to be done before it
	place = func(task int) {
		if placed[task] {
			return
		}
		if begun[task] {
			panic("kernel: tasks that need each other")
		}
		begun[task] = true
		if !slices.Contains(first, task) {
			place(task - 1)
		}
		for _, n := range needs[task] {
			place(n)
		}
		o.sequence, placed[task] = append(o.sequence, task), true
	}
	for task := range needs {
		place(task)
	}
	return o
}

// ready tells whether all that the task needs has returned in this phase. A worker that comes late may ask with the order
// of another phase; what it is told does not matter then, since it will find nothing to claim.
func (o *Order) ready(task int, phase uint32) bool {
	if o == nil || task >= len(o.needs) {
		return true
	}
	for _, n := range o.needs[task] {
		if o.returned[n].phase.Load() != phase {
			return false
		}
	}
	return true
}

// parking is where one goroutine waits for a condition: awake at first, then asleep until wake.
type parking struct {
	asleep atomic.Bool
	seen   atomic.Uint32 // the last phase that the worker has come to
	token  chan struct{}
	_      [112]byte
}

// spins is how often a waiting goroutine looks before it goes to sleep: for about as long as it takes to wake one, a tenth of a
// millisecond. Were it less, two workers with tasks of that length would sleep in turn, each while the other works.
const spins = 40000

// wait returns once ready does, at which it looks so many times before it sleeps. ready must depend on atomics only, and
// whoever changes them calls wake afterwards.
func (p *parking) wait(looks int, ready func() bool) {
	for {
		for range looks {
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
		panic("kernel: too many tasks for one phase")
	}
	if order != nil && len(order.first) != workers+1 {
		panic("kernel: an order for another number of workers")
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
