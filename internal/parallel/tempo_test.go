package parallel

import (
	"testing"
	"time"
)

// pace takes steps until that much time has passed, and returns for how much of it one worker was alone.
func pace(t *Tempo, until time.Duration, step func(alone bool, n int) time.Duration) (alone float64) {
	var total, single time.Duration
	for n := 0; total < until; n++ {
		d := step(t.Alone, n)
		if total += d; t.Alone {
			single += d
		}
		t.Took(d)
	}
	return single.Seconds() / total.Seconds()
}

func TestTempo(t *testing.T) {
	const together, single = 120 * time.Microsecond, 200 * time.Microsecond
	even := func(alone bool, _ int) time.Duration {
		if alone {
			return single
		}
		return together
	}
	// A worker that shares its core: from time to time the others wait for it.
	waiting := func(alone bool, n int) time.Duration {
		switch {
		case alone:
			return single
		case n%20 == 0:
			return 4 * time.Millisecond
		default:
			return together
		}
	}
	// Cores that exchange data slowly.
	slow := func(alone bool, _ int) time.Duration {
		if alone {
			return single
		}
		return 300 * time.Microsecond
	}
	x := NewTempo()
	if got := pace(&x, 10*time.Second, even); got > 0.02 {
		t.Errorf("alone for %.3f of the time, although two are faster", got)
	}
	if got := pace(&x, 10*time.Second, waiting); got < 0.9 {
		t.Errorf("alone for %.3f of the time, although workers wait", got)
	}
	if got := pace(&x, 20*time.Second, even); got > 0.1 {
		t.Errorf("alone for %.3f of the time, although workers wait no more", got)
	}
	x = NewTempo()
	if got := pace(&x, time.Second, waiting); got < 0.7 {
		t.Errorf("alone for %.3f of the first second, although workers wait", got)
	}
	x = NewTempo()
	if got := pace(&x, 10*time.Second, slow); got < 0.9 {
		t.Errorf("alone for %.3f of the time, although one is faster", got)
	}
}
