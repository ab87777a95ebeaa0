package parallel

import "sync/atomic"

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
