package runner

import (
	"path/filepath"
	"testing"
	"testing/synctest"
	"time"

	"dnn/internal/experiment"
	"dnn/internal/sweep/folder"
	"dnn/internal/sweep/share"
)

// TestSeconds: the time that a point waits while others are measured is none of its own.
func TestSeconds(t *testing.T) {
	path := write(t, rates)
	synctest.Test(t, func(t *testing.T) {
		s, _, _ := newSystem(0)
		held := make(chan bool) // the first look at the clock is before the first step
		s.Now = func() time.Time { <-held; return time.Now() }
		r := &run{system: s, share: share.Whole(), Options: Options{Path: path, Output: filepath.Join(t.TempDir(), "out")}}
		var err error
		if r.sweep, err = r.read(); err != nil {
			t.Fatal(err)
		}
		if r.folder, err = folder.Create(r.Output, r.identity()); err != nil {
			t.Fatal(err)
		}
		r.trials = experiment.NewPool(s, experiment.Options{})
		defer r.trials.Close()
		point, err := r.sweep.Point(0)
		if err != nil {
			t.Fatal(err)
		}
		j := job{point: point}
		if err := r.prepare(&j); err != nil {
			t.Fatal(err)
		}
		p := &pool{run: r, events: make(chan event)}
		p.begin(t.Context(), j, 1)
		p.active[0].gate.Close()
		close(held)
		synctest.Wait()
		time.Sleep(time.Hour)
		p.active[0].gate.Open()
		e := <-p.events
		for ; !e.ended; e = <-p.events {
		}
		if e.err != nil || e.result.Seconds != 0 || len(e.result.Curve) != 5 {
			t.Errorf("found %v s, %v; wanted 0 s, since no time passed but while it waited", e.result.Seconds, e.err)
		}
	})
}
