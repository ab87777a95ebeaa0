package parallel

import (
	"math"
	"sync/atomic"
)

// maxTasks is the largest number of tasks in a phase.
const maxTasks = math.MaxInt32

// queue is a range of tasks that are not claimed yet. Its word holds the number of the phase and the next task (32 bits
// each). Since both change at once, a worker that lost its core in one phase and continues in a later one cannot claim a
// task by mistake. A queue fills two cache lines, since CPUs prefetch pairs of lines.
type queue struct {
	word atomic.Uint64
	end  atomic.Uint32 // of the range
	_    [116]byte
}

// fill makes the queue the tasks [first, end) of a phase. The word comes first: a worker that has read the word of the
// phase before, and then the end of this one, fails to claim a task.
func (q *queue) fill(phase uint32, first, end int) {
	q.word.Store(uint64(phase)<<32 | uint64(first))
	q.end.Store(uint32(end))
}

// claimResult is the result of trying to claim a task.
type claimResult int

const (
	none    claimResult = iota // the queue has no task left in that phase
	blocked                    // the next task needs one that has not returned
	taken
)

// claim takes the next task of the queue, if there is one in the given phase and it is ready.
func (q *queue) claim(phase uint32, order *Order) (task int, result claimResult) {
	for {
		word := q.word.Load()
		next, end := uint32(word), q.end.Load()
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

// hasTasks reports whether there are tasks of the phase that are not claimed yet.
func (q *queue) hasTasks(phase uint32) bool {
	word := q.word.Load()
	return uint32(word>>32) == phase && uint32(word) != q.end.Load()
}
