package parallel

import "time"

// Tempo finds out whether steps are faster with all workers or with one alone. Mostly it is with all. But where another
// program keeps a core busy, the workers wait most of the time for the one that has to share it; and on some machines two
// cores exchange data so slowly that one alone is faster. What a step computes does not depend on it.
//
// Time is looked at in windows of some steps. Now and then there is one the other way, as a trial; the less often the longer
// the same way has been the faster one, and sooner where steps are uneven, as they are while workers wait for each other.
type Tempo struct {
	Alone bool // how the next step is to be taken: by one worker

	steps    int           // of the present window
	total    time.Duration // of these steps
	shortest time.Duration // of them

	mean     [2]time.Duration // of a step in the last window with all workers, and in the last one with one alone
	trial    bool             // whether the present window is one
	next     int              // windows to go before the next trial
	interval int              // between trials
}

const (
	windowTime  = 25 * time.Millisecond // several times as long as a core that two programs want goes to one of them
	windowSteps = 16

	uneven        = 1.3 // the mean of a window's steps, by the shortest
	firstInterval = 16
	leastInterval = 4
	mostInterval  = 1024
	mostAlone     = 64 // of a trial with all workers, which costs little where it is in vain, and gains much where not
)

// NewTempo returns one that begins with all workers.
func NewTempo() Tempo { return Tempo{next: firstInterval, interval: firstInterval} }

// Took tells how long the last step was.
func (t *Tempo) Took(d time.Duration) {
	if t.steps == 0 || d < t.shortest {
		t.shortest = d
	}
	t.steps++
	t.total += d
	now, other := 0, 1
	if t.Alone {
		now, other = 1, 0
	}
	lost := t.trial && t.steps > 1 && t.shortest > t.mean[other] // already, so that the window need not be a whole one
	if t.total < windowTime || t.steps < windowSteps && !lost {
		return
	}
	t.mean[now] = t.total / time.Duration(t.steps)
	waited := !t.Alone && float64(t.mean[now]) > uneven*float64(t.shortest)
	t.steps, t.total = 0, 0
	if t.trial {
		t.trial = false
		if t.mean[now] < t.mean[other] {
			t.interval = leastInterval
		} else {
			t.Alone = !t.Alone
			t.interval = min(2*t.interval, mostInterval)
			if t.Alone {
				t.interval = min(t.interval, mostAlone)
			}
		}
		t.next = t.interval
		return
	}
	t.next--
	if waited {
		t.next -= firstInterval / 2
	}
	if t.next <= 0 {
		t.trial, t.Alone = true, !t.Alone
	}
}
