package parallel

import "time"

// Tempo finds out whether steps are faster with all workers or with one worker alone. Usually all are faster. But if
// another program keeps a core busy, the workers wait most of the time for the one on that core; and on some machines
// two cores exchange data so slowly that one alone is faster. The results of a step are the same both ways.
//
// Tempo compares windows of some steps. Now and then a window is a trial of the other way. Trials become rarer the
// longer the same way has been the faster one, but come sooner if steps are uneven, which shows that workers wait for
// each other.
type Tempo struct {
	Alone bool // the next step is for one worker alone

	steps    int           // number of steps in the current window
	total    time.Duration // of these steps
	shortest time.Duration // of these steps

	mean     [2]time.Duration // of a step, in the last window with all workers and in the last window with one
	trial    bool             // the current window is a trial
	next     int              // windows until the next trial
	interval int              // windows between trials
}

const (
	windowTime  = 25 * time.Millisecond // least time of a window: several time slices of the operating system
	windowSteps = 16                    // least steps of a window

	uneven           = 1.3 // the mean of a window's steps over their shortest, above which they are uneven
	firstInterval    = 16
	minInterval      = 4
	maxInterval      = 1024
	maxIntervalAlone = 64 // while one worker is alone: trying all workers costs little and may gain much
)

// NewTempo returns a Tempo that begins with all workers.
func NewTempo() Tempo { return Tempo{next: firstInterval, interval: firstInterval} }

// Took records how long the last step took, and decides about the next one.
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
	lost := t.trial && t.steps > 1 && t.shortest > t.mean[other] // the trial is slower for sure: windowTime is enough
	if t.total < windowTime || t.steps < windowSteps && !lost {
		return
	}
	t.mean[now] = t.total / time.Duration(t.steps)
	workersWait := !t.Alone && float64(t.mean[now]) > uneven*float64(t.shortest)
	t.steps, t.total = 0, 0
	if t.trial {
		t.trial = false
		if t.mean[now] < t.mean[other] {
			t.interval = minInterval
		} else {
			t.Alone = !t.Alone
			t.interval = min(2*t.interval, maxInterval)
			if t.Alone {
				t.interval = min(t.interval, maxIntervalAlone)
			}
		}
		t.next = t.interval
		return
	}
	t.next--
	if workersWait {
		t.next -= firstInterval / 2
	}
	if t.next <= 0 {
		t.trial, t.Alone = true, !t.Alone
	}
}
