package runner

import (
	"context"
	"fmt"
	"math"
	"slices"
	"sync/atomic"
	"time"

	"dnn/internal/fault"
	"dnn/internal/sweep/folder"
)

// pool starts the jobs of an agenda as threads and memory allow. One goroutine, that of run, uses its fields.
type pool struct {
	*run
	agenda agenda
	queue  []job
	active []*active // in the order in which they were begun
	events chan event
	memory float64 // that all jobs together may use
	tuner  tuner
	work   atomic.Uint64 // samples times parameters that were trained
	failed error         // what ends the sweep
	crash  any           // a panic of a job
	target int           // no point after this one is of interest; -1: all are
	loaded bool          // the first data set is there
	asked  bool          // the agenda was asked
}

// trainAll trains what the agenda says.
func (r *run) trainAll(ctx context.Context) error {
	p := &pool{
		run: r, agenda: r.newAgenda(), events: make(chan event), target: -1, memory: math.Inf(1), tuner: newTuner(r.Threads),
	}
	if available, ok := r.system.Memory(); ok {
		p.memory = float64(available)
	}
	for _, found := range r.done {
		p.look(found)
	}
	r.show.begin()
	defer r.show.live.Clear()
	err := p.loop(ctx)
	if p.crash != nil {
		panic(p.crash)
	}
	if err != nil {
		r.show.interrupted()
	}
	return err
}

// loop starts jobs, and takes what they tell, until the agenda has nothing more, or the first error.
func (p *pool) loop(parent context.Context) error {
	ctx, stop := context.WithCancelCause(parent)
	defer stop(nil)
	tick := time.NewTicker(p.show.period())
	defer tick.Stop()
	for {
		if p.failed == nil && ctx.Err() == nil {
			if err := p.start(ctx); err != nil {
				p.failed = err
			}
		}
		if p.failed != nil || p.crash != nil {
			stop(p.failed)
		}
		if len(p.active) == 0 {
			if p.failed != nil {
				return p.failed
			}
			return context.Cause(parent)
		}
		select {
		case e := <-p.events:
			p.took(e)
		case <-p.tuner.over():
			p.decide()
		case <-tick.C:
			p.show.redraw(p.active)
		}
	}
}

// took deals with an event.
func (p *pool) took(e event) {
	switch {
	case e.anew != nil:
		p.show.note(fmt.Sprintf("point %d begins anew: %v", e.point.Number, e.anew))
		return
	case !e.ended:
		e.trained = true
		return
	}
	p.active = slices.DeleteFunc(p.active, func(a *active) bool { return a == e.active })
	switch {
	case e.crash != nil:
		p.crash = e.crash
	case e.err == nil:
		if p.failed == nil {
			p.failed = p.takeJob(e.job, e.result)
		}
	case e.err == errBeyond: //nolint:errorlint // it is nobody else's, and not wrapped
	case p.failed == nil:
		p.failed = e.err
	}
}

// takeJob tells a result to the agenda and to the user.
func (p *pool) takeJob(j job, result folder.Result) error {
	if err := p.agenda.ended(j, result); err != nil {
		return err
	}
	if result.Status == folder.Paused {
		return p.show.rung(j.rung, result)
	}
	if err := p.take(result); err != nil {
		return err
	}
	p.look(result)
	return nil
}

// take adds the result of a point.
func (r *run) take(result folder.Result) error {
	r.done[result.Point] = result
	return r.show.point(result)
}

// look finds out whether a result reaches the target of the metric. Then later points are of no interest.
func (p *pool) look(result folder.Result) {
	m := p.sweep.Metric
	if m.Target == nil || result.Status != folder.Finished {
		return
	}
	score := p.ranking.Score(result)
	if score != *m.Target && !m.Better(score, *m.Target) || p.target >= 0 && p.target <= result.Point {
		return
	}
	p.target = result.Point
	for _, a := range p.active {
		if a.point.Number > p.target {
			a.cancel(errBeyond)
		}
	}
}

// errBeyond ends a job that is after the point that reached the target.
var errBeyond = fault.New(fault.Interrupted, "", "an earlier point has reached the target")

// start begins as many jobs as can go on now.
func (p *pool) start(ctx context.Context) error {
	for ctx.Err() == nil {
		if p.thaw() {
			continue
		}
		if err := p.refill(); err != nil {
			return err
		}
		if len(p.queue) == 0 {
			p.tuner.giveUp(p)
			if p.thaw() {
				continue
			}
			return nil
		}
		j := &p.queue[0]
		if p.target >= 0 && j.point.Number > p.target {
			p.queue = p.queue[1:]
			continue
		}
		if ready, err := p.check(j); err != nil {
			return err
		} else if !ready {
			p.queue = p.queue[1:]
			continue
		}
		threads, ok := p.threadsFor(j)
		if !ok || !p.fits(j.trial.Bytes()) {
			return nil
		}
		if !p.loaded { // before several ask for it, so that its progress is shown and no measurement is of it
			from, err := j.trial.Load(ctx)
			if err == nil {
				err = p.learns(from)
			}
			if err != nil {
				return err
			}
			p.loaded = true
		}
		begun := *j
		p.queue = p.queue[1:]
		p.begin(ctx, begun, threads)
	}
	return nil
}

// refill asks the agenda for more if the queue is empty.
func (p *pool) refill() error {
	if len(p.queue) > 0 || p.target >= 0 && p.asked {
		return nil
	}
	var err error
	p.asked = true
	p.queue, err = p.agenda.more(len(p.active) == 0)
	return err
}

// check prepares a job. ready is false if it has a result without being trained: its experiment contradicts itself, or
// another process has done it meanwhile.
func (p *pool) check(j *job) (ready bool, err error) {
	if p.last(*j) {
		if found, ok, err := p.folder.Result(j.point.Number); ok && err == nil {
			return false, p.takeJob(*j, found)
		}
	}
	err = p.prepare(j)
	switch fault.KindOf(err) {
	case fault.Config:
		found, err := p.fail(*j, err)
		if err != nil {
			return false, err
		}
		return false, p.takeJob(*j, found)
	case fault.Resources:
		p.left = append(p.left, err.Error())
		return false, nil
	}
	return err == nil, err
}

// fits reports whether a job that needs so much memory fits beside those that go on. One alone always does.
func (p *pool) fits(bytes float64) bool {
	for _, a := range p.active {
		bytes += a.bytes
	}
	const waiting = 32 // jobs that write their files meanwhile
	return len(p.active) == 0 || bytes <= p.memory && len(p.active) < p.Threads+waiting
}

// free returns how many threads no job uses.
func (p *pool) free() int {
	free := p.Threads
	for _, a := range p.active {
		if !a.trained && !a.gate.Closed() {
			free -= a.threads
		}
	}
	return free
}

// threadsFor returns how many threads a job is to have. ok is false if it cannot begin yet.
func (p *pool) threadsFor(j *job) (threads int, ok bool) {
	threads, ok = p.tuner.threads(p, j)
	free := p.free()
	if !ok || free < threads {
		return 0, false
	}
	if _, more := p.agenda.(*asha); !more && !p.tuner.measures() && len(p.queue)*threads < free {
		threads = free / len(p.queue) // nothing else will need them until these are done
	}
	return threads, true
}

// thaw lets a job go on that a measurement has stopped, if it has its threads again.
func (p *pool) thaw() bool {
	if p.tuner.measures() {
		return false
	}
	for _, a := range p.active {
		if a.gate.Closed() && !a.trained && p.free() >= a.threads {
			a.gate.Open()
			return true
		}
	}
	return false
}
