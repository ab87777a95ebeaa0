package step

import (
	"dnn/internal/nn/kernel"
	"dnn/internal/parallel"
)

// phase is jobs that can run side by side, as far as order allows; or, if alone is not nil, what one goroutine does.
type phase struct {
	name          int // index into phases
	jobs          []*job
	first         []int           // of each worker's queue, the index of its first job; nil: see parallel.Pool.Run
	order         *parallel.Order // which jobs wait for which, by index; nil: none waits
	endsInUpdates bool            // whether its last jobs are updates; the first of these sets work.updatesBegan
	alone         func(*kernel.Worker)
}

// phases are what the time of a step is spent on: load, the loading of the batch if that was not done during the step
// before; rows, all layers forward, the loss, and all layers backward; update, the updates. The next batch is loaded
// during the last two. In the pipeline, whose updates follow without a barrier, update counts from when the first
// worker begins its own.
var phases = [...]string{"load", "rows", "update"}

const (
	loadPhase = iota
	rowsPhase
	updatePhase
)

// task is what one worker does without a break.
type task func(*kernel.Worker)

// job is a task and the jobs that must be done before it.
type job struct {
	kind  kind
	run   task
	after []*job
}

// kind is the kind of a job of the pipeline, as doc.go names it. Other jobs have none.
type kind string

// sideBySide returns the phase of tasks that need not wait for each other.
func sideBySide(name int, tasks []task) phase {
	p := phase{name: name}
	for _, run := range tasks {
		p.jobs = append(p.jobs, &job{run: run})
	}
	return p
}

// inOrder returns the phase in which each worker does the jobs of its own queue, one after another.
func inOrder(name int, queues [][]*job) phase {
	p := phase{name: name}
	var first []int
	indexOf := make(map[*job]int)
	for _, queue := range queues {
		first = append(first, len(p.jobs))
		for _, j := range queue {
			indexOf[j] = len(p.jobs)
			p.jobs = append(p.jobs, j)
		}
	}
	needs := make([][]int, len(p.jobs))
	for i, j := range p.jobs {
		for _, before := range j.after {
			index, ok := indexOf[before]
			if !ok {
				panic("step: a job waits for one that is in no queue")
			}
			needs[i] = append(needs[i], index)
		}
	}
	p.first, p.order = first, parallel.NewOrder(needs, first)
	return p
}
