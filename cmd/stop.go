package cmd

import (
	"context"
	"errors"
	"io"
	"os"
	"os/signal"
	"runtime/debug"
	"syscall"

	"dnn/internal/atomicfile"
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

// interrupted tells whether a command was stopped from outside.
func interrupted(err error) bool {
	switch fault.KindOf(err) {
	case fault.HungUp, fault.Interrupted, fault.Piped, fault.Terminated:
		return true
	}
	return errors.Is(err, context.Canceled)
}

// await returns what read does. If ctx ends before that, it does not wait any longer: a FIFO that nobody writes to, or a table of
// gigabytes, would be waited for in vain. So read must not leave anything half-done.
func await[T any](ctx context.Context, read func() (T, error)) (T, error) {
	type outcome struct {
		value T
		err   error
		crash any // what it panicked with
	}
	ended := make(chan outcome, 1)
	go func() {
		debug.SetPanicOnFault(true) // as where the panic goes on, below
		var o outcome
		defer func() {
			o.crash = recover()
			ended <- o
		}()
		o.value, o.err = read()
	}()
	select {
	case o := <-ended:
		if o.crash != nil {
			panic(o.crash)
		}
		return o.value, o.err
	case <-ctx.Done():
		var none T
		return none, context.Cause(ctx)
	}
}

// passOn writes to path with write. If that is a FIFO it does not wait for who reads from it once ctx ends.
func passOn[T any](ctx context.Context, path string, write func() (T, error)) (T, error) {
	if !atomicfile.IsStream(path) {
		return write()
	}
	return await(ctx, write)
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

// untilStopped is a writer that fails once ctx ends, so that what is written there is given up.
type untilStopped struct {
	io.Writer
	ctx context.Context //nolint:containedctx // of the one call of atomicfile.Write that it is made for
}

func (u untilStopped) Write(p []byte) (int, error) {
	if u.ctx.Err() != nil {
		return 0, context.Cause(u.ctx)
	}
	return u.Writer.Write(p)
}
