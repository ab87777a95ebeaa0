// Package watch trains an experiment while a page shows it: dnn train --serve. It joins package experiment, which knows no
// page, and package live, which knows no experiment.
package watch

import (
	"context"
	"time"

	"dnn/internal/experiment"
	"dnn/internal/fault"
	"dnn/internal/report"
	"dnn/internal/serve"
	"dnn/internal/serve/live"
)

// Options say where the page is, and when it ends.
type Options struct {
	Addr   string // host:port, or unix:/path of a socket
	Paused bool   // the run waits before its first step until a person lets it go on
	Stay   bool   // the page stays after the training until a signal ends it
}

// maxConnections is the most connections to the page at a time.
const maxConnections = 256

// Train calls train, which is experiment.Train or the like, while a page shows the run. The result is the same as without a
// page, unless a person changes the learning rate there. Who stops the run there gets the error of Ctrl-C.
func Train(
	ctx context.Context, system *experiment.System, w Options, o experiment.Options,
	train func(context.Context, *experiment.System, experiment.Options) error,
) error {
	kernels, err := system.Kernels()
	if err != nil {
		return err
	}
	running, stop := context.WithCancelCause(ctx)
	defer stop(nil)
	t := live.New(running, live.Options{
		Kernels: kernels, Paused: w.Paused, Stays: w.Stay, Now: time.Now,
		Stop: func() { stop(fault.New(fault.Interrupted, "", "stopped on the page")) },
	})
	o.Attach = t.Attach
	end := o.Listener.End
	o.Listener.End = func(e report.EndEvent) error {
		if !e.Untested {
			t.Tested(float64(e.TestLoss), float64(e.TestAccuracy))
		}
		if end == nil {
			return nil
		}
		return end(e)
	}
	server := serve.Options{Addr: w.Addr, MaxConnections: maxConnections, Version: experiment.Version}
	return serve.Beside(ctx, system, server, t.Handler(), t.Latest, func(url string) error {
		defer t.Close()
		report.Message(system.Stderr, "watch it at %s", url)
		if w.Paused {
			report.Message(system.Stderr, "paused: it begins when somebody presses Go on there")
		}
		err := train(running, system, o)
		t.End(err)
		if err != nil || !w.Stay || running.Err() != nil {
			return err
		}
		report.Message(system.Stderr, "trained: the page stays at %s until Ctrl-C", url)
		<-ctx.Done()
		return ended(context.Cause(ctx))
	})
}

// ended returns the error of a page that was ended after its run: none if a person or the system ended it.
func ended(cause error) error {
	switch fault.KindOf(cause) {
	case fault.Interrupted, fault.Terminated:
		return nil
	}
	return cause
}
