package live

import (
	"encoding/json"
	"io"
	"net/http"

	"dnn/internal/serve/wire"
)

// asked is what a person wants of the run.
type asked struct {
	paused bool
	after  int     // pause after this epoch; 0: do not
	factor float64 // of the schedule's learning rate
	stop   bool
}

// Bounds of the factor that a learning rate may be multiplied by.
const (
	minFactor = 1e-6
	maxFactor = 1000
)

// needed reports whether StepEnd has something to do. The caller holds the lock.
func (t *Training) needed() bool {
	a := t.asked
	return len(t.watchers) > 0 || a.paused || a.stop || a.factor != t.state.Factor
}

// obey does between two steps what a person has asked for. It returns when the run may go on.
func (t *Training) obey() {
	t.mu.Lock()
	defer t.mu.Unlock()
	if a := t.asked; a.after > 0 && len(t.history) >= a.after {
		t.asked.after, t.asked.paused = 0, true
	}
	if t.asked.paused && !t.asked.stop && t.ctx.Err() == nil {
		t.pause()
	}
	t.turn()
	t.busy.Store(t.needed())
}

// turn changes the learning rate if a person has asked for another one. The caller holds the lock.
func (t *Training) turn() {
	f := t.asked.factor
	if f == t.state.Factor {
		return
	}
	t.run.MultiplyRate(f)
	t.state.Factor, t.state.ByHand = f, f != 1 || t.run.RateChanges != nil // one that is taken back before a step is none
	t.state.Rate = t.run.Schedule.Rate(len(t.history)*t.state.Steps+t.state.Step) * f
	t.tell()
}

// pause waits until the run may go on, or is stopped. The caller holds the lock, which is free meanwhile.
func (t *Training) pause() {
	begun := t.o.Now()
	t.state.Phase = Paused
	for t.asked.paused && !t.asked.stop && t.ctx.Err() == nil {
		t.turn()
		t.tell()
		t.mu.Unlock()
		select {
		case <-t.awake:
		case <-t.ctx.Done():
		}
		t.mu.Lock()
	}
	t.held += t.o.Now().Sub(begun)
	t.state.Phase = Running
	if t.asked.stop {
		t.state.Phase = Stopping
	}
	t.tell()
}

// control answers a request that asks something of the run: ask changes what is asked for, given the request's body. The
// answer is the state of the run, which may not have obeyed yet.
func (t *Training) control(ask func(a *asked, body []byte) error) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		if err := wire.Method(w, r, http.MethodPost); err != nil {
			wire.Fail(w, r, err)
			return
		}
		body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, 1<<10))
		if err != nil {
			wire.Fail(w, r, wire.Errorf(http.StatusRequestEntityTooLarge, "wanted a body of at most 1 KB, found more"))
			return
		}
		t.mu.Lock()
		if p := t.state.Phase; p.over() || p == Testing || p == Stopping {
			err = wire.Errorf(http.StatusConflict, "wanted a run that trains, found one that is %s", p)
		} else if err = ask(&t.asked, body); err == nil {
			if t.asked.stop {
				t.state.Phase = Stopping
			}
			t.busy.Store(true)
			t.tell()
		}
		s := t.state
		t.mu.Unlock()
		if err != nil {
			wire.Fail(w, r, err)
			return
		}
		if s.Phase == Stopping {
			t.o.Stop()
		}
		select {
		case t.awake <- struct{}{}:
		default:
		}
		wire.WriteJSON(w, r, http.StatusOK, s)
	}
}

func askPause(a *asked, _ []byte) error {
	a.paused, a.after = true, 0
	return nil
}

func askStop(a *asked, _ []byte) error {
	a.stop = true
	return nil
}

// askResume lets the run go on, for so many epochs if the body says how many: {"epochs": 1}. It ends in the middle of an
// epoch only if a person pauses it there.
func (t *Training) askResume(a *asked, body []byte) error {
	var wanted struct {
		Epochs *int `json:"epochs"`
	}
	if len(body) > 0 {
		if err := parse(body, &wanted); err != nil {
			return err
		}
	}
	after := 0
	if n := wanted.Epochs; n != nil {
		if *n < 1 || *n > 1<<30 {
			return wire.Errorf(http.StatusBadRequest, "epochs: wanted 1 or more, found %d", *n)
		}
		after = len(t.history) + *n
	}
	a.paused, a.after = false, after
	return nil
}

// askRate changes the learning rate: {"factor": 0.5} makes it half of the schedule's from the next step on, {"times": 0.5}
// half of what was asked for before, also if no step has followed it yet.
func askRate(a *asked, body []byte) error {
	var wanted struct {
		Factor, Times *float64
	}
	if err := parse(body, &wanted); err != nil {
		return err
	}
	var f float64
	switch {
	case wanted.Factor != nil && wanted.Times == nil:
		f = *wanted.Factor
	case wanted.Times != nil && wanted.Factor == nil:
		f = *wanted.Times * a.factor
	default:
		return wire.Errorf(http.StatusBadRequest, "wanted factor or times, found %s", body)
	}
	if !(f >= minFactor && f <= maxFactor) {
		return wire.Errorf(http.StatusBadRequest, "wanted a factor from %v to %v, found %v", minFactor, maxFactor, f)
	}
	a.factor = f
	return nil
}

// parse reads a body of JSON into what has its keys.
func parse(body []byte, into any) error {
	if err := json.Unmarshal(body, into); err != nil {
		return wire.Errorf(http.StatusBadRequest, "wanted an object such as {\"factor\": 0.5}, found %w", err)
	}
	return nil
}
