package experiment

import (
	"context"
	"errors"
	"io"
	"runtime/debug"

	"dnn/internal/atomicfile"
)

// interrupted tells whether err is that ctx ended.
func interrupted(ctx context.Context, err error) bool {
	return ctx.Err() != nil && errors.Is(err, context.Cause(ctx))
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
