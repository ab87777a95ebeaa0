package parallel

import (
	"runtime"
	"strconv"
	"strings"
	"sync/atomic"
	"testing"
)

// Every task runs once, its results can be seen when Run returns, and the next phase follows at once.
func TestPoolRunsEveryTaskOnce(t *testing.T) {
	for _, workers := range []int{1, 2, 3, 7, 16} {
		p := NewPool(workers)
		if p.Workers() != workers {
			t.Errorf("%d workers, wanted %d", p.Workers(), workers)
		}
		for _, tasks := range []int{0, 1, 2, 3, 5, 16, 100, 1000} {
			counts := make([]int, tasks) // not atomic: the race detector checks the pool's promises
			for range 5 {
				p.Run(tasks, func(worker, task int) {
					if worker < 0 || worker >= workers {
						t.Errorf("worker %d of %d", worker, workers)
					}
					counts[task]++
				})
			}
			for i, n := range counts {
				if n != 5 {
					t.Fatalf("%d workers: task %d of %d ran %d times in 5 phases", workers, i, tasks, n)
				}
			}
		}
		p.Close()
	}
}

// Phases of all sizes follow one another, each on what the one before left.
func TestPoolManyPhases(t *testing.T) {
	phases := 20_000
	if testing.Short() {
		phases = 2_000
	}
	p := NewPool(4)
	defer p.Close()
	var values, next [64]int
	for phase := range phases {
		tasks := phase % len(values)
		p.Run(tasks, func(_, i int) { next[i] = values[(i+1)%len(values)] + 1 })
		want := values
		for i := range tasks {
			want[i] = values[(i+1)%len(values)] + 1
		}
		copy(values[:tasks], next[:tasks])
		if values != want {
			t.Fatalf("phase %d of %d tasks: %v, wanted %v", phase, tasks, values, want)
		}
	}
}

// A worker runs one task at a time, so that tasks may use memory of their worker's.
func TestPoolWorkersRunOneTaskAtATime(t *testing.T) {
	const workers = 5
	p := NewPool(workers)
	defer p.Close()
	var busy [workers]atomic.Bool
	var own [workers]int // not atomic
	for range 300 {
		p.Run(23, func(worker, _ int) {
			if busy[worker].Swap(true) {
				t.Errorf("worker %d runs two tasks", worker)
			}
			own[worker]++
			busy[worker].Store(false)
		})
	}
	total := 0
	for _, n := range own {
		total += n
	}
	if total != 300*23 {
		t.Errorf("%d tasks, wanted %d", total, 300*23)
	}
}

// A worker that lost its core in one phase and comes back in another claims nothing of it by mistake.
func TestPoolQueueBelongsToAPhase(t *testing.T) {
	var q queue
	q.fill(5, 1, 3)
	for _, other := range []uint32{0, 4, 6} {
		if task, result := q.claim(other, nil); result != none || q.hasTasks(other) {
			t.Errorf("phase %d claimed task %d of phase 5", other, task)
		}
	}
	for want := 1; want < 3; want++ {
		if task, result := q.claim(5, nil); result != taken || task != want {
			t.Errorf("claimed task %d (%d), wanted %d", task, result, want)
		}
	}
	if task, result := q.claim(5, nil); result != none || q.hasTasks(5) {
		t.Errorf("claimed task %d of an empty queue", task)
	}
}

// A task that needs another can be claimed once that one has returned in the same phase.
func TestPoolQueueWaitsForWhatATaskNeeds(t *testing.T) {
	order := NewOrder([][]int{nil, {0}}, []int{0})
	var q queue
	q.fill(5, 1, 2)
	order.returned[0].phase.Store(4)
	if task, result := q.claim(5, order); result != blocked || !q.hasTasks(5) {
		t.Errorf("claimed task %d (%d) although task 0 has not returned", task, result)
	}
	order.returned[0].phase.Store(5)
	if task, result := q.claim(5, order); result != taken || task != 1 {
		t.Errorf("claimed task %d (%d), wanted 1", task, result)
	}
}

// Tasks begin after those that they need, whoever runs them, phase after phase: here each adds to what another left, in
// a pipeline of as many stages as there are workers.
func TestPoolRunsInOrder(t *testing.T) {
	const length = 6
	for _, workers := range []int{1, 2, 3, 7} {
		p := NewPool(workers)
		var needs [][]int
		var starts []int
		for w := range workers {
			starts = append(starts, w*length)
		}
		for i := range workers * length {
			switch {
			case i < length:
				needs = append(needs, nil)
			default:
				needs = append(needs, []int{i - length})
			}
		}
		order := NewOrder(needs, starts)
		var sums [length]int // not atomic
		for phase := range 200 {
			clear(sums[:])
			p.RunInOrder(order, func(_, task int) {
				if sums[task%length] != task/length {
					t.Errorf("%d workers, phase %d: task %d found %d, wanted %d",
						workers, phase, task, sums[task%length], task/length)
				}
				sums[task%length]++
			})
			for i, n := range sums {
				if n != workers {
					t.Fatalf("%d workers, phase %d: %d tasks of column %d, wanted %d", workers, phase, n, i, workers)
				}
			}
		}
		clear(sums[:])
		p.RunAlone(len(needs), order, func(worker, task int) {
			if worker != 0 || sums[task%length] != task/length {
				t.Errorf("worker %d, task %d found %d, wanted %d", worker, task, sums[task%length], task/length)
			}
			sums[task%length]++
		})
		p.Close()
	}
}

// A task that panics counts as returned: those that need it run, and the pool can be used afterwards.
func TestPoolRunsInOrderDespitePanic(t *testing.T) {
	p := NewPool(2)
	defer p.Close()
	order := NewOrder([][]int{nil, {0}, {1}, {2}}, []int{0, 3})
	for range 20 {
		var ran atomic.Int32
		func() {
			defer func() {
				if got := recover(); got != "first" {
					t.Errorf("panic %v, wanted that of the first task", got)
				}
			}()
			p.RunInOrder(order, func(_, task int) {
				ran.Add(1)
				if task == 0 {
					panic("first")
				}
			})
		}()
		if got := ran.Load(); got != 4 {
			t.Fatalf("%d tasks ran, wanted 4", got)
		}
	}
}

// Orders for which a pool would wait forever, or that are not for that pool, are refused.
func TestOrdersThatCannotBe(t *testing.T) {
	p := NewPool(2)
	defer p.Close()
	for name, c := range map[string]struct {
		call func()
		want string
	}{
		"tasks that need each other":             {func() { NewOrder([][]int{{1}, {2}, {0}}, []int{0, 1}) }, "need each other"},
		"a task that needs one behind it":        {func() { NewOrder([][]int{{1}, nil, nil}, []int{0, 2}) }, "need each other"},
		"two queues that wait for each other":    {func() { NewOrder([][]int{{3}, nil, {1}, nil}, []int{0, 2}) }, "need each other"},
		"a first task that is not the first":     {func() { NewOrder([][]int{nil, nil}, []int{1, 1}) }, "follow one another"},
		"a worker's tasks before another's":      {func() { NewOrder([][]int{nil, nil}, []int{0, 3}) }, "follow one another"},
		"an order for another number of workers": {func() { p.RunInOrder(NewOrder([][]int{nil, nil}, []int{0}), func(_, _ int) {}) }, "number of workers"},
	} {
		t.Run(name, func(t *testing.T) {
			defer func() {
				if got, _ := recover().(string); !strings.Contains(got, c.want) {
					t.Errorf("panic %q, wanted one about %q", got, c.want)
				}
			}()
			c.call()
		})
	}
}

// The order says which tasks are in which worker's queue; one may have none.
func TestPoolQueuesAsTheOrderSays(t *testing.T) {
	p := NewPool(3)
	defer p.Close()
	var ran [4]atomic.Int32
	p.RunInOrder(NewOrder(make([][]int, len(ran)), []int{0, 1, 1}), func(_, task int) { ran[task].Add(1) })
	for task := range ran {
		if got := ran[task].Load(); got != 1 {
			t.Errorf("task %d ran %d times", task, got)
		}
	}
	for w, want := range []uint32{1, 1, 4} {
		if end := p.queues[w].end.Load(); end != want {
			t.Errorf("the queue of worker %d ended at task %d, wanted %d", w, end, want)
		}
	}
}

// Workers that have gone to sleep between phases come back, and while they are away nobody waits for them: the tasks
// that they prefer are done by others.
func TestPoolWakesParkedWorkers(t *testing.T) {
	p := NewPool(3)
	defer p.Close()
	for range 20 {
		for w := 1; w < p.Workers(); w++ {
			for !p.idle[w].asleep.Load() {
				runtime.Gosched()
			}
		}
		// Task 0 ends only when another worker has done the rest.
		var rest atomic.Int64
		p.Run(6, func(_, task int) {
			if task > 0 {
				rest.Add(1)
				return
			}
			for rest.Load() < 5 {
				runtime.Gosched()
			}
		})
	}
}

func TestPoolCloseEndsGoroutines(t *testing.T) {
	before := runtime.NumGoroutine()
	for range 10 {
		p := NewPool(8)
		p.Run(20, func(int, int) {})
		p.Close()
	}
	NewPool(8).Close() // without a single phase
	for try := 0; runtime.NumGoroutine() > before; try++ {
		if try == 10_000_000 {
			t.Fatalf("%d goroutines, %d before", runtime.NumGoroutine(), before)
		}
		runtime.Gosched()
	}
}

func TestPoolLimits(t *testing.T) {
	panics := func(name string, f func()) {
		t.Helper()
		defer func() {
			if recover() == nil {
				t.Errorf("%s: no panic", name)
			}
		}()
		f()
	}
	panics("no worker", func() { NewPool(0) })
	p := NewPool(2)
	defer p.Close()
	var n atomic.Int64
	const many = 100_000 // as many as an evaluation of some ten million samples has
	p.Run(many, func(int, int) { n.Add(1) })
	if n.Load() != many {
		t.Errorf("%d tasks of %d", n.Load(), many)
	}
	panics("too many tasks", func() { p.Run(maxTasks+1, func(int, int) {}) })
}

// A panic in a task comes out of Run, whichever worker it happened on, after all other tasks; the pool can go on.
func TestPoolPanicReachesTheCaller(t *testing.T) {
	for _, workers := range []int{1, 2, 3, 7} {
		p := NewPool(workers)
		for bad := range 20 {
			var others atomic.Int64
			value := func() (value any) {
				defer func() { value = recover() }()
				p.Run(20, func(_, task int) {
					if task == bad {
						panic("task " + strconv.Itoa(task))
					}
					others.Add(1)
				})
				return nil
			}()
			if want := "task " + strconv.Itoa(bad); value != want {
				t.Fatalf("%d workers: Run panicked with %v, wanted %q", workers, value, want)
			}
			if workers > 1 && others.Load() != 19 {
				t.Fatalf("%d workers: %d other tasks had run when Run panicked, wanted 19", workers, others.Load())
			}
			p.Run(20, func(int, int) { others.Add(1) }) // and the panic is forgotten
		}
		p.Close()
	}
}

// All tasks may panic at once, and Run panics with what one of them did.
func TestPoolPanicOfEveryTask(t *testing.T) {
	p := NewPool(3)
	defer p.Close()
	for range 50 {
		func() {
			defer func() {
				if task, ok := recover().(int); !ok || task < 0 || task > 9 {
					t.Errorf("panic %v, wanted the number of a task", task)
				}
			}()
			p.Run(10, func(_, task int) { panic(task) })
			t.Error("no panic")
		}()
	}
}

func TestPoolAllocatesNothing(t *testing.T) {
	for _, workers := range []int{1, 3} {
		p := NewPool(workers)
		task := func(int, int) {}
		if n := testing.AllocsPerRun(100, func() { p.Run(20, task) }); n != 0 {
			t.Errorf("%d workers: a phase allocates %v times", workers, n)
		}
		p.Close()
	}
}

// BenchmarkPool is a phase of 16 tasks that do nothing: what the pool itself takes.
func BenchmarkPool(b *testing.B) {
	for _, workers := range []int{1, 2} {
		b.Run(strconv.Itoa(workers), func(b *testing.B) {
			p := NewPool(workers)
			defer p.Close()
			var n [16]int
			task := func(_, i int) { n[i]++ }
			for b.Loop() {
				p.Run(len(n), task)
			}
		})
	}
}
