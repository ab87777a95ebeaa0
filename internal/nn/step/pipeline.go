package step

import (
	"slices"
	"time"

	"dnn/internal/nn/kernel"
)

// pipelined reports whether the first layer's product is divided by features, as in the picture in doc.go.
func (t *Trainer) pipelined() bool { return t.upcoming.Shares() > 1 }

// pipeline returns the phase of that picture: the first layer's products, then f, which does the rest for the rows of a
// stage, then each worker's updates, if updates has any.
func (t *Trainer) pipeline(f func(w *kernel.Worker, r kernel.Span), updates [][]task) phase {
	products := t.products()
	queues := make([][]*job, t.workers)
	lists := make([]*job, t.workers)
	var rests []*job
	for worker := range t.workers {
		features := t.upcoming.Features(worker)
		load := &job{run: t.loadTasks[worker]}
		list := &job{run: func(w *kernel.Worker) { t.tape.In.Transpose(w.Set, features) }}
		rest := &job{after: []*job{products[t.workers-1][worker]}, run: func(w *kernel.Worker) {
			if r := t.stageRows(worker); r.Lo < r.Hi {
				f(w, r)
			}
		}}
		idle := &job{after: []*job{list}, run: func(w *kernel.Worker) {
			t.model.Input().UpdateIdle(w, t.tape.In, features, t.updater)
		}}
		var own []*job // the worker's products of the stages that have rows
		for stage, product := range products[worker] {
			if t.hasRows(stage) {
				own = append(own, product)
			}
		}
		switch first, hasRows := worker == 0, t.hasRows(worker); {
		case first && hasRows:
			queues[worker] = append(own, load, rest, list)
		case first:
			queues[worker] = append(own, load, list, idle)
		case hasRows:
			queues[worker] = slices.Concat([]*job{list, load}, own, []*job{rest})
		default:
			queues[worker] = slices.Concat([]*job{list, load}, own, []*job{idle})
		}
		lists[worker] = list
		if t.hasRows(worker) {
			rests = append(rests, rest)
		}
	}
	for worker, tasks := range updates {
		for i, run := range tasks {
			update := &job{run: run, after: append([]*job{lists[worker]}, rests...)}
			if worker == 0 && i == 0 {
				update.run = func(w *kernel.Worker) {
					t.updatesBegan = time.Now()
					run(w)
				}
			}
			queues[worker] = append(queues[worker], update)
		}
	}
	p := inOrder(rowsPhase, queues)
	p.endsInUpdates = updates != nil
	return p
}

// products returns the jobs of the first layer's product, by worker and stage. Each goes on with the sums of the worker
// before.
func (t *Trainer) products() [][]*job {
	products := make([][]*job, t.workers)
	for worker := range t.workers {
		for stage := range t.workers {
			product := &job{run: func(w *kernel.Worker) {
				if r := t.stageRows(stage); r.Lo < r.Hi {
					t.model.Input().MultiplyShare(w, t.tape.In, worker, t.tape.Y[0], r)
				}
			}}
			if worker > 0 {
				product.after = []*job{products[worker-1][stage]}
			}
			products[worker] = append(products[worker], product)
		}
	}
	return products
}

// loadsInPipeline returns how many of each worker's load tasks are jobs load of the pipeline, which are done while
// others would be waited for. The rest are done during the updates.
func (t *Trainer) loadsInPipeline() int {
	if t.pipelined() {
		return 1
	}
	return 0
}

// stageRows returns the rows of a worker's stage that the present batch has: it may be shorter than others.
func (t *Trainer) stageRows(worker int) kernel.Span {
	r, n := t.stage(worker), t.tape.In.Count
	return kernel.Span{Lo: min(r.Lo, n), Hi: min(r.Hi, n)}
}
