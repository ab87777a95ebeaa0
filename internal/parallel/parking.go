package parallel

import "sync/atomic"

// parking is where the goroutine of one worker waits for a condition. It spins first, and then sleeps until wake.
type parking struct {
	asleep atomic.Bool
	seen   atomic.Uint32 // the last phase that the worker has looked at
	token  chan struct{}
	_      [112]byte
}

// spins is how often a waiting goroutine checks its condition before it sleeps. That takes about as long as to wake a
// goroutine. If it took less, two workers with tasks of that length would keep sleeping in turn, each while the other
// works.
const spins = 40000

// wait returns when ready returns true. It calls ready the given number of times before it sleeps. ready must depend on
// atomics only, and whatever changes them must call wake afterwards.
func (p *parking) wait(checks int, ready func() bool) {
	for {
		for range checks {
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

// wake wakes the waiting goroutine if it sleeps.
func (p *parking) wake() {
	if p.asleep.Load() && p.asleep.CompareAndSwap(true, false) {
		p.token <- struct{}{}
	}
}
