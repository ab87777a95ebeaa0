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

// untilSignal returns a context that ends at the first SIGINT, SIGTERM or SIGHUP. Its cause is the fault to exit with.
// A second signal ends the process at once. Signals that only repeat an error (see errorSignals) are ignored.
func untilSignal(parent context.Context) (context.Context, context.CancelFunc) {
	ctx, cancel := context.WithCancelCause(parent)
	signals := make(chan os.Signal, 1)
	signal.Notify(signals, os.Interrupt, syscall.SIGTERM, syscall.SIGHUP)
	signal.Ignore(errorSignals()...)
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
		signal.Reset(errorSignals()...)
		close(done)
		cancel(nil)
	}
}

// output is standard output. A failure to write is the user's matter (a full disk) and not a bug. If it is a pipe that
// nobody reads any more, what is written is dropped, and the context of the command is ended: it may still have files
// to write.
type output struct {
	io.Writer
	stop   context.CancelCauseFunc
	failed error // the first error, in case the writer ignores it
}

func (o *output) Write(p []byte) (int, error) {
	if o.failed != nil && fault.KindOf(o.failed) == fault.Piped {
		return len(p), nil
	}
	n, err := o.Writer.Write(p)
	if err == nil {
		return n, nil
	}
	if errors.Is(err, syscall.EPIPE) {
		o.failed = fault.New(fault.Piped, "", "stopped: nobody reads standard output any more")
		o.stop(o.failed)
		return len(p), nil
	}
	err = fault.New(fault.Write, "standard output", "cannot write: %w", fault.Pathless(err))
	if o.failed == nil {
		o.failed = err
	}
	return n, err
}

// Fd lets package report ask whether standard output is a terminal. It is an invalid descriptor if the writer is not a
// file.
func (o *output) Fd() uintptr {
	if f, ok := o.Writer.(interface{ Fd() uintptr }); ok {
		return f.Fd()
	}
	return ^uintptr(0)
}
