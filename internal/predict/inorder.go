package predict

import (
	"context"
	"iter"
)

// inOrder does the jobs on so many goroutines, each with a worker of its own, and calls tell with their results on the
// goroutine of the caller, in the order of the jobs. A few jobs more than there are workers are begun before the first
// of them is told, so memory is bounded. An error of tell ends it. If ctx ends, inOrder returns its cause at once; a job
// that is waiting for a read is left alone. A panic of a job or of jobs becomes a panic of inOrder.
func inOrder[W, R any](
	ctx context.Context, workers int, worker func() W, jobs iter.Seq[func(W) R], tell func(R) error,
) error {
	ctx, stop := context.WithCancel(ctx)
	defer stop()
	type outcome struct {
		value R
		crash any // what the job panicked with
	}
	type task struct {
		job    func(W) R
		result chan outcome
	}
	tasks, order := make(chan task), make(chan task, 2*workers)
	for range workers {
		go func() {
			w := worker()
			for t := range tasks {
				func() {
					var o outcome
					defer func() {
						o.crash = recover()
						t.result <- o
					}()
					o.value = t.job(w)
				}()
			}
		}()
	}
	go func() {
		defer close(order)
		defer close(tasks)
		defer func() {
			if crash := recover(); crash != nil {
				failed := task{result: make(chan outcome, 1)}
				failed.result <- outcome{crash: crash}
				order <- failed
			}
		}()
		for job := range jobs {
			t := task{job, make(chan outcome, 1)}
			select {
			case order <- t:
			case <-ctx.Done():
				return
			}
			select {
			case tasks <- t:
			case <-ctx.Done():
				return
			}
		}
	}()
	for {
		var t task
		var ok bool
		select {
		case t, ok = <-order:
			if !ok {
				return context.Cause(ctx)
			}
		case <-ctx.Done():
			return context.Cause(ctx)
		}
		select {
		case o := <-t.result:
			if o.crash != nil {
				panic(o.crash)
			}
			if err := tell(o.value); err != nil {
				return err
			}
		case <-ctx.Done():
			return context.Cause(ctx)
		}
	}
}
