package parallel

import "sync/atomic"

// maxTasks is the largest number of tasks in a phase: it fits into 16 bits of a queue's word.
const maxTasks = 1<<16 - 1

// queue is a range of tasks that are not claimed yet. Its word holds the number of the phase (32 bits), the end of the
// range and the next task (16 bits each). Since all three change at once, a worker that lost its core in one phase and
// continues in a later one cannot claim a task by mistake. A queue fills two cache lines, since CPUs prefetch pairs of
// lines.
type queue struct {
	word atomic.Uint64
	_    [120]byte
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

// hasTasks reports whether there are tasks of the phase that are not claimed yet.
func (q *queue) hasTasks(phase uint32) bool {
	word := q.word.Load()
	return uint32(word>>32) == phase && word&maxTasks != word>>16&maxTasks
}
