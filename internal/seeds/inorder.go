package seeds

import (
	"context"
	"fmt"
	"sync"
)

// inOrder calls do for 0 to n-1, and took with each result in that order, as soon as all results before it are there.
// It ends early, with no error, once took returns true; the results that are not taken by then are thrown away, and the
// context of what is still running is ended. The first error ends it too. finished is how many calls of do have
// succeeded.
//
// As many calls of do go on at once as the plan has workers, and more that have called free, since they wait for the
// disk and need no core.
func inOrder[T any](
	ctx context.Context, share plan, n int, do func(ctx context.Context, i int, free func()) (T, error),
	took func(i int, t T) (bool, error),
) (finished int, err error) {
	inner, stop := context.WithCancel(ctx)
	defer stop()
	var mutex sync.Mutex
	var crash any
	next, taken := 0, 0
	waiting := make(map[int]T)
	over := false // nothing is taken any more
	end := func(failed error) {
		if !over {
			over, err = true, failed
			stop()
		}
	}
	deliver := func(i int, value T, failed error) {
		mutex.Lock()
		defer mutex.Unlock()
		if failed != nil {
			end(failed)
			return
		}
		finished++
		waiting[i] = value
		for !over {
			value, ok := waiting[taken]
			if !ok {
				return
			}
			delete(waiting, taken)
			done, failed := took(taken, value)
			taken++
			if done || failed != nil {
				end(failed)
			}
		}
	}
	take := func() (i int, ok bool) {
		mutex.Lock()
		defer mutex.Unlock()
		if inner.Err() != nil && !over {
			end(context.Cause(ctx))
		}
		if over || next == n {
			return 0, false
		}
		next++
		return next - 1, true
	}
	call := func(i int, free func()) {
		defer free()
		defer func() {
			if c := recover(); c != nil { // becomes one of the caller
				mutex.Lock()
				defer mutex.Unlock()
				crash = c
				end(nil)
			}
		}()
		value, failed := do(inner, i, free)
		deliver(i, value, failed)
	}
	alive := make(chan struct{}, share.alive)
	var all sync.WaitGroup
	for range share.workers {
		all.Go(func() {
			for {
				alive <- struct{}{}
				i, ok := take()
				if !ok {
					<-alive
					return
				}
				freed := make(chan struct{})
				all.Go(func() {
					defer func() { <-alive }()
					call(i, sync.OnceFunc(func() { close(freed) }))
				})
				<-freed
			}
		})
	}
	all.Wait()
	if ctx.Err() != nil {
		end(context.Cause(ctx))
	}
	if crash != nil {
		panic(crash)
	}
	return finished, err
}

// noteOnce keeps the first of the notes of all seeds: the others mostly say the same.
type noteOnce struct {
	mutex sync.Mutex
	seed  uint64
	first string
	count int
}

// say adds a note about a seed.
func (n *noteOnce) say(seed uint64, text string) {
	n.mutex.Lock()
	defer n.mutex.Unlock()
	if n.count++; n.count == 1 || seed < n.seed {
		n.seed, n.first = seed, text
	}
}

// text returns what to say of the notes; empty: there is none.
func (n *noteOnce) text() string {
	n.mutex.Lock()
	defer n.mutex.Unlock()
	if n.count == 0 {
		return ""
	}
	return noteText(n.seed, n.first, n.count)
}

func noteText(seed uint64, text string, count int) string {
	if count == 1 {
		return fmt.Sprintf("seed %d: %s", seed, text)
	}
	return fmt.Sprintf("seed %d (and %d more): %s", seed, count-1, text)
}
