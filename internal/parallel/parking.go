package parallel

import "sync/atomic"

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
