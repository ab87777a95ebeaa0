package cmd

import (
	"context"
	"errors"
	"io"
	"os"
	"os/signal"
	"sync/atomic"
	"syscall"

	"dnn/internal/fault"
)

// hangingUp is what SIGHUP means: the end of the command, or word to it.
type hangingUp struct {
	wanted atomic.Bool
	told   chan struct{}
}

// hangingUpKey is the key of the context's *hangingUp.
type hangingUpKey struct{}

// hangUps makes SIGHUP no end of the command from now on: the channel tells it instead. Without signals it is nil.
func hangUps(ctx context.Context) <-chan struct{} {
	h, ok := ctx.Value(hangingUpKey{}).(*hangingUp)
	if !ok {
		return nil
	}
	h.wanted.Store(true)
	return h.told
}

// tell reports whether the command wants to be told of SIGHUP, and tells it. One signal that waits stands for more.
func (h *hangingUp) tell() bool {
	if !h.wanted.Load() {
		return false
	}
	select {
	case h.told <- struct{}{}:
	default:
	}
	return true
}

// untilSignal returns a context that ends at the first SIGINT, SIGTERM or, unless hangUps was called, SIGHUP. Its cause is
// the fault to exit with. A second signal ends the process at once. Signals that only repeat an error (see errorSignals)
// are ignored.
func untilSignal(parent context.Context) (context.Context, context.CancelFunc) {
	hup := &hangingUp{told: make(chan struct{}, 1)}
	ctx, cancel := context.WithCancelCause(context.WithValue(parent, hangingUpKey{}, hup))
	signals := make(chan os.Signal, 1)
	signal.Notify(signals, os.Interrupt, syscall.SIGTERM, syscall.SIGHUP)
	signal.Ignore(errorSignals()...)
	done := make(chan struct{})
	go func() {
		for {
			select {
			case s := <-signals:
				if s == syscall.SIGHUP && hup.tell() {
					continue
				}
				signal.Stop(signals)
				cancel(stoppedBy(s))
			case <-done:
			}
			return
		}
	}()
	return ctx, func() {
		signal.Stop(signals)
		signal.Reset(errorSignals()...)
		close(done)
		cancel(nil)
	}
}

// stoppedBy returns the fault to exit with after a signal.
func stoppedBy(s os.Signal) error {
	switch s {
	case syscall.SIGTERM:
		return fault.New(fault.Terminated, "", "stopped by SIGTERM")
	case syscall.SIGHUP:
		return fault.New(fault.HungUp, "", "stopped by SIGHUP (the terminal is gone)")
	}
	return fault.New(fault.Interrupted, "", "stopped by SIGINT (Ctrl-C)")
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
