package cmd

import (
	"context"
	"errors"
	"io"
	"os"
	"os/signal"
	"syscall"

	"dnn/internal/fault"
)

// untilSignal returns a context that ends at the first SIGINT, SIGTERM or SIGHUP, with the fault to exit with as its cause. A
// second signal ends the process at once, as if nobody had listened. Those that are failures are errors of what fails, no more.
func untilSignal(parent context.Context) (context.Context, context.CancelFunc) {
	ctx, cancel := context.WithCancelCause(parent)
	signals := make(chan os.Signal, 1)
	signal.Notify(signals, os.Interrupt, syscall.SIGTERM, syscall.SIGHUP)
	signal.Ignore(failures()...)
	done := make(chan struct{})
	go func() {
		select {
		case s := <-signals:
			signal.Stop(signals)
			kind, name := fault.Interrupted, "SIGINT (Ctrl-C)"
			switch s {
			case syscall.SIGTERM:
				kind, name = fault.Terminated, "SIGTERM"
			case syscall.SIGHUP:
				kind, name = fault.HungUp, "SIGHUP (the terminal is gone)"
			}
			cancel(fault.New(kind, "", "stopped by %s", name))
		case <-done:
		}
	}()
	return ctx, func() {
		signal.Stop(signals)
		signal.Reset(failures()...)
		close(done)
		cancel(nil)
	}
}

// results is standard output. That it cannot be written is the user's matter (a full disk), not a bug. If it is a pipe that nobody
// reads any more, what is written is lost, and the command is stopped: it may have files to leave.
type results struct {
	io.Writer
	stop   context.CancelCauseFunc
	failed error // the first error, which who writes may have overlooked
}

func (r *results) Write(p []byte) (int, error) {
	if r.failed != nil && fault.KindOf(r.failed) == fault.Piped {
		return len(p), nil
	}
	n, err := r.Writer.Write(p)
	if err == nil {
		return n, nil
	}
	if errors.Is(err, syscall.EPIPE) {
		r.failed = fault.New(fault.Piped, "", "stopped: nobody reads standard output any more")
		r.stop(r.failed)
		return len(p), nil
	}
	err = fault.New(fault.Write, "standard output", "cannot write: %w", fault.Pathless(err))
	if r.failed == nil {
		r.failed = err
	}
	return n, err
}
