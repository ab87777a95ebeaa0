package runner

import (
	"context"
	"math"
	"sync/atomic"
	"time"

	"dnn/internal/await"
	"dnn/internal/experiment"
	"dnn/internal/history"
	"dnn/internal/sweep/folder"
	"dnn/internal/train"
)

// active is a job that goes on.
type active struct {
	job
	threads int
	bytes   float64
	cancel  context.CancelCauseFunc
	gate    await.Gate
	trained bool // needs no threads any more
	clock   clock

	epochs atomic.Int64  // done, with those before a rung
	metric atomic.Uint64 // the bits of the sweep's metric after the last of them
}

// clock is the clock of a job: it stands while the job waits at its gate, so that a point takes the time in which it ran.
type clock struct {
	system func() time.Time
	stood  atomic.Int64 // nanoseconds
}

// Now returns the time.
func (c *clock) Now() time.Time { return c.system().Add(-time.Duration(c.stood.Load())) }

// pass waits until the job may go on, or ctx ends.
func (a *active) pass(ctx context.Context) {
	if !a.gate.Closed() {
		return
	}
	begun := a.clock.system()
	a.gate.Pass(ctx)
	a.clock.stood.Add(int64(a.clock.system().Sub(begun)))
}

// event is what a job tells the pool: that its threads are free, that it begins anew, or that it has ended.
type event struct {
	*active
	anew   error // why
	ended  bool
	result folder.Result
	err    error
	crash  any // a panic of the job
}

// begin starts a job on a goroutine of its own.
func (p *pool) begin(parent context.Context, j job, threads int) {
	ctx, cancel := context.WithCancelCause(parent)
	a := &active{job: j, threads: threads, bytes: j.trial.Bytes(), cancel: cancel, clock: clock{system: p.system.Now}}
	if j.rung > 0 {
		a.epochs.Store(int64(p.rungs[j.rung-1]))
	}
	a.metric.Store(math.Float64bits(math.NaN()))
	p.active = append(p.active, a)
	step := uint64(j.trial.BatchSize) * uint64(j.trial.Parameters())
	how := experiment.TrialRun{
		Learn:   p.learns,
		Threads: threads,
		Step: func(train.Step) error {
			p.work.Add(step)
			a.pass(ctx)
			return nil
		},
		Now: a.clock.Now,
		Epoch: func(e history.Epoch) error {
			if c := p.curve(history.Epochs{e}); len(c) > 0 {
				a.metric.Store(math.Float64bits(c[0]))
			}
			a.epochs.Store(int64(e.Epoch))
			return nil
		},
	}
	go func() {
		defer cancel(nil)
		end := event{active: a, ended: true}
		defer func() {
			if crash := recover(); crash != nil { // becomes one of the caller
				end.crash, end.err = crash, context.Canceled
			}
			p.events <- end
		}()
		end.result, end.err = p.train(ctx, j, how,
			func() { p.events <- event{active: a} }, func(err error) { p.events <- event{active: a, anew: err} })
	}()
}
