// Package await gives up waiting for a read or write once a context ends. A read of a FIFO that nobody writes to would
// otherwise block for ever. The read or write itself cannot be canceled: its goroutine goes on, and its result is
// thrown away.
package await

import (
	"context"
	"io"
	"runtime/debug"
	"sync"

	"dnn/internal/atomicfile"
	"dnn/internal/fault"
)

// Do calls read on a goroutine of its own and returns its results. If ctx ends first, Do returns its cause at once, and
// read goes on alone: it must do no harm if nobody takes what it returns. A panic in read becomes a panic of Do.
func Do[T any](ctx context.Context, read func() (T, error)) (T, error) {
	type outcome struct {
		value T
		err   error
		crash any // what it panicked with
	}
	ended := make(chan outcome, 1)
	go func() {
		debug.SetPanicOnFault(true) // read may touch a mapped file that has shrunk; the caller recovers
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

// Beside calls f on a goroutine of its own. The function that it returns waits for f to end; it can be called more than
// once. A panic in f becomes a panic there.
func Beside(f func()) (wait func()) {
	ended := make(chan any, 1)
	go func() {
		defer func() { ended <- recover() }()
		f()
	}()
	return sync.OnceFunc(func() {
		if crash := <-ended; crash != nil {
			panic(crash)
		}
	})
}

// Pass calls write, which writes to path. If path is a FIFO or another stream, Pass returns when ctx ends, even if
// nobody has read from it.
func Pass[T any](ctx context.Context, path string, write func() (T, error)) (T, error) {
	if !atomicfile.IsStream(path) {
		return write()
	}
	return Do(ctx, write)
}

// Write replaces the file at path by what fill writes. If ctx ends first, the old file stays, and the error is the
// cause of ctx. Any other error is of kind fault.Write.
func Write(ctx context.Context, path string, fill func(w io.Writer) error) error {
	_, err := Pass(ctx, path, func() (struct{}, error) {
		return struct{}{}, atomicfile.Write(path, func(w io.Writer) error {
			if err := fill(contextWriter{w, ctx}); err != nil {
				return err
			}
			return context.Cause(ctx)
		})
	})
	switch {
	case err == nil:
		return nil
	case ctx.Err() != nil:
		return context.Cause(ctx)
	}
	return fault.CannotWrite(path, err)
}

// contextWriter fails once ctx ends, which makes atomicfile.Write leave the old file in place.
type contextWriter struct {
	io.Writer
	ctx context.Context //nolint:containedctx // it lives as long as one call of atomicfile.Write
}

func (w contextWriter) Write(p []byte) (int, error) {
	if w.ctx.Err() != nil {
		return 0, context.Cause(w.ctx)
	}
	return w.Writer.Write(p)
}
