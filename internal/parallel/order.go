package parallel

import (
	"slices"
	"sync/atomic"
)

// Order says which tasks of a phase need the results of others. It can be used for any number of phases, but only of
// one pool.
type Order struct {
	needs    [][]int      // by task, the tasks that must return before it begins
	first    []int        // by worker, the first task of its queue; at the end, the number of tasks
	sequence []int        // all tasks, in an order in which one worker can run them
	returned []lastReturn // by task
}

// lastReturn is the number of the last phase in which a task has returned. It fills two cache lines, like a queue.
type lastReturn struct {
	phase atomic.Uint32
	_     [124]byte
}

// NewOrder returns the order in which task i begins after the tasks needs[i] have returned. It is for a pool of
// len(first) workers: the queue of worker w has the tasks from first[w] up to first[w+1]. NewOrder panics if a pool
// would wait forever. It must be possible to run all tasks one by one, each after those that it needs and after those
// before it in its queue.
func NewOrder(needs [][]int, first []int) *Order {
	o := &Order{needs: needs, first: append(slices.Clone(first), len(needs)), returned: make([]lastReturn, len(needs))}
	if o.first[0] != 0 || !slices.IsSorted(o.first) {
		panic("parallel: workers' tasks that do not follow one another")
	}
	begun, placed := make([]bool, len(needs)), make([]bool, len(needs))
	var place func(task int) // appends task to sequence, after all tasks that have to come before it
	place = func(task int) {
		if placed[task] {
			return
		}
		if begun[task] {
			panic("parallel: tasks that need each other")
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

// ready reports whether all tasks that the given one needs have returned in this phase. A worker that is late may ask
// the order of another phase. The answer is meaningless then, but does no harm: the worker cannot claim tasks of its
// old phase.
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
