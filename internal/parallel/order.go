package parallel

import (
	"slices"
	"sync/atomic"
)

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
		panic("parallel: workers' tasks that do not follow one another")
	}
	begun, placed := make([]bool, len(needs)), make([]bool, len(needs))
	var place func(task int) // after all that has to be done before it
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
