package live

import (
	"dnn/internal/history"
)

// Phase is what a run is doing.
type Phase string

// The phases of a run, as pages are told them.
const (
	Waiting  Phase = "waiting"  // it has not begun: data may be downloaded
	Running  Phase = "running"  // it trains
	Paused   Phase = "paused"   // a person has paused it
	Stopping Phase = "stopping" // a person has stopped it: a checkpoint is written
	Testing  Phase = "testing"  // it is trained, and is tested and written
	Finished Phase = "finished"
	Stopped  Phase = "stopped"
	Failed   Phase = "failed"
)

// over reports whether the run does no more.
func (p Phase) over() bool { return p == Finished || p == Stopped || p == Failed }

// number is a number that JSON can hold although it may be infinite.
type number = history.Number

// state is what a page is told of a run.
type state struct {
	Begun    int64   `json:"begun"` // when it was first shown, in microseconds since 1970: tells it from another run
	Phase    Phase   `json:"phase"`
	Message  string  `json:"message,omitempty"` // why it was stopped or failed
	Epochs   int     `json:"epochs"`            // that are to be trained
	Steps    int     `json:"steps"`             // in an epoch
	Epoch    int     `json:"epoch"`             // the current one, or the last; 0: none has begun
	Step     int     `json:"step"`              // steps that were taken in it
	Loss     number  `json:"loss"`              // means over the samples of the epoch so far
	Accuracy number  `json:"accuracy"`
	Rate     float64 `json:"learning_rate"` // of the last step
	Factor   float64 `json:"factor"`        // what the schedule's rate is multiplied by in the next step
	ByHand   bool    `json:"by_hand"`       // a person has changed the rate: the run is not reproducible
	Test     *test   `json:"test,omitempty"`
}

type test struct {
	Loss     number `json:"loss"`
	Accuracy number `json:"accuracy"`
}

// update is a state with what is new since the update before.
type update struct {
	state
	Since   int                              `json:"since"` // the number of epochs that were told before
	History []history.Record[history.Number] `json:"history"`
	Kept    []int                            `json:"kept"`  // the epochs whose weights can be had; 0: before the first
	Every   int                              `json:"every"` // 1, or: of older epochs only each of this many is kept
	Viewers int                              `json:"viewers"`
}

// updateSince returns what is new for a page that was told the results of so many epochs, and whether it is the last.
// The caller must not hold the lock.
func (t *Training) updateSince(epochs int) (u update, last bool) {
	t.mu.Lock()
	u = update{state: t.state, Since: epochs, Kept: t.kept.numbers(), Every: t.kept.every, Viewers: len(t.watchers)}
	all := t.history
	last = t.closed
	t.mu.Unlock()
	u.History = []history.Record[history.Number]{}
	for _, e := range all[epochs:] { // only epochs are added, so what is there may be read
		u.History = append(u.History, history.RecordOf[history.Number](e))
	}
	return u, last
}

// tell wakes who looks on. One that has not seen the last change yet will see both at once. The caller holds the lock.
func (t *Training) tell() {
	for w := range t.watchers {
		select {
		case w <- struct{}{}:
		default:
		}
	}
}
