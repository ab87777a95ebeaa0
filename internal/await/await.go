// Package await waits for what may never come, such as the reading of a FIFO that nobody writes to, until a context
// ends. The read or write itself is not called off, since no system can: it is left to itself, and its result is thrown
// away.
package await

import (
	"context"
	"io"
	"runtime/debug"

	"dnn/internal/atomicfile"
	"dnn/internal/fault"
)

// Do returns what read does. If ctx ends before that, it does not wait any longer: a FIFO that nobody writes to, or a
// table of gigabytes, would be waited for in vain. So read must not leave anything half-done.
func Do[T any](ctx context.Context, read func() (T, error)) (T, error) {
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

// Pass writes to path with write. If that is a FIFO it does not wait for who reads from it once ctx ends.
func Pass[T any](ctx context.Context, path string, write func() (T, error)) (T, error) {
	if !atomicfile.IsStream(path) {
		return write()
	}
	return Do(ctx, write)
}

// Write writes the file at path with fill, or leaves what is there if ctx ends before; then its cause is the error.
// Another error is of kind fault.Write.
func Write(ctx context.Context, path string, fill func(w io.Writer) error) error {
	_, err := Pass(ctx, path, func() (struct{}, error) {
		return struct{}{}, atomicfile.Write(path, func(w io.Writer) error {
			if err := fill(untilStopped{w, ctx}); err != nil {
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
