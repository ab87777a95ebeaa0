package seeds

import (
	"context"
	"errors"
	"runtime"
	"slices"
	"sync/atomic"
	"testing"
)

// TestInOrder: results are taken in order, however they come; the end of one is the end of all.
func TestInOrder(t *testing.T) {
	bad := errors.New("bad")
	for _, share := range []plan{{1, 1, 1}, {1, 1, 2}, {2, 1, 4}, {7, 1, 7}} {
		var taken []int
		took := func(i, v int) (bool, error) { taken = append(taken, v-100*i); return false, nil }
		finished, err := inOrder(t.Context(), share, 50, func(_ context.Context, i int, free func()) (int, error) {
			free()
			return 101 * i, nil
		}, took)
		if err != nil || finished != 50 || !slices.IsSorted(taken) || len(taken) != 50 {
			t.Errorf("%+v: %d finished, took %v, %v", share, finished, taken, err)
		}
		last := 0
		_, err = inOrder(t.Context(), share, 1000, func(_ context.Context, i int, _ func()) (int, error) { return i, nil },
			func(i, _ int) (bool, error) { last = i; return i == 20, nil })
		if err != nil || last != 20 {
			t.Errorf("%+v: ended at %d, %v", share, last, err)
		}
		_, err = inOrder(t.Context(), share, 50, func(ctx context.Context, i int, _ func()) (int, error) {
			if i == 3 {
				return 0, bad
			}
			if i > 30 {
				<-ctx.Done() // hangs unless the error ends it
			}
			return i, nil
		}, func(int, int) (bool, error) { return false, nil })
		if !errors.Is(err, bad) {
			t.Errorf("%+v: %v, wanted the error", share, err)
		}
		ctx, stop := context.WithCancelCause(t.Context())
		finished, err = inOrder(ctx, share, 50, func(ctx context.Context, i int, free func()) (int, error) {
			if free(); i > 20 {
				<-ctx.Done() // hangs unless the end of ctx is that of all calls
				return 0, context.Cause(ctx)
			}
			return i, nil
		}, func(i, _ int) (bool, error) {
			if i == 15 {
				stop(bad)
			}
			return false, nil
		})
		if !errors.Is(err, bad) || finished < 16 || finished > 21 {
			t.Errorf("%+v: %d finished, %v, wanted the cause", share, finished, err)
		}
		ctx, stop = context.WithCancelCause(t.Context())
		finished, err = inOrder(ctx, share, 3, func(_ context.Context, i int, free func()) (int, error) {
			free()
			yield()
			return i, nil
		}, func(i, _ int) (bool, error) {
			if i == 2 {
				stop(bad)
			}
			return false, nil
		})
		if !errors.Is(err, bad) {
			t.Errorf("%+v: %d finished, %v, wanted the cause, however late it comes", share, finished, err)
		}
		func() {
			defer func() {
				if crash := recover(); crash != "crash" {
					t.Errorf("%+v: recovered %v", share, crash)
				}
			}()
			_, _ = inOrder(t.Context(), share, 5, func(context.Context, int, func()) (int, error) { panic("crash") }, took)
		}()
	}
}

// yield lets the workers go on, so that what they must not do they would do.
func yield() {
	for range 100 {
		runtime.Gosched()
	}
}

// TestFree: a call that has called free holds back no other, as long as no more are alive than may be.
func TestFree(t *testing.T) {
	var begun atomic.Int32
	all := make(chan struct{})
	do := func(_ context.Context, i int, free func()) (int, error) {
		if n := begun.Add(1); n == 3 {
			close(all)
		} else if n > 3 {
			return i, nil
		}
		free()
		<-all // hangs unless three calls of a single worker are alive at once
		return i, nil
	}
	finished, err := inOrder(t.Context(), plan{1, 1, 3}, 9, do, func(int, int) (bool, error) { return false, nil })
	if err != nil || finished != 9 {
		t.Errorf("%d finished, %v", finished, err)
	}
	var alive, most atomic.Int32
	do = func(_ context.Context, i int, free func()) (int, error) {
		if n := alive.Add(1); n > most.Load() {
			most.Store(n)
		}
		defer alive.Add(-1)
		free()
		yield()
		return i, nil
	}
	if _, err := inOrder(t.Context(), plan{1, 1, 1}, 50, do, func(int, int) (bool, error) { return false, nil }); err != nil {
		t.Error(err)
	}
	if most.Load() != 1 {
		t.Errorf("%d calls were alive at once, wanted 1", most.Load())
	}
}
