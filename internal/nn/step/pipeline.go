package step

import (
	"slices"
	"time"

	"dnn/internal/nn/kernel"
)

// pipelined reports whether the first layer's product is divided by features as well as by rows.
func (t *Trainer) pipelined() bool { return t.loaded.Shares() > 1 }

// pipeline returns the phase of doc.go's picture: the first layer's product, each worker's share of the features, before f
// does the rest for the rows of its own stage. Each worker's updates follow, if there are any.
func (t *Trainer) pipeline(f func(w *kernel.Worker, r kernel.Span), updates [][]task) phase {
	products := t.products()
	queues := make([][]*job, t.workers)
	lists := make([]*job, t.workers)
	var rests []*job
	for worker := range t.workers {
		features := t.loaded.Features(worker)
		load := &job{run: t.load[worker]}
		list := &job{run: func(w *kernel.Worker) { t.tape.In.Transpose(w.Set, features) }}
		rest := &job{after: []*job{products[t.workers-1][worker]}, run: func(w *kernel.Worker) {
			if r := t.rows(worker); r.Lo < r.Hi {
				f(w, r)
			}
		}}
		idle := &job{after: []*job{list}, run: func(w *kernel.Worker) {
			t.model.Input().UpdateIdle(w, t.tape.In, features, t.updater)
		}}
		var mine []*job // products of the stages that have rows
		for stage, product := range products[worker] {
			if t.hasRows(stage) {
				mine = append(mine, product)
			}
		}
		switch first, hasRows := worker == 0, t.hasRows(worker); {
		case first && hasRows:
			queues[worker] = append(mine, load, rest, list)
		case first:
			queues[worker] = append(mine, load, list, idle)
		case hasRows:
			queues[worker] = slices.Concat([]*job{list, load}, mine, []*job{rest})
		default:
			queues[worker] = slices.Concat([]*job{list, load}, mine, []*job{idle})
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
					t.updateBegan = time.Now()
					run(w)
				}
			}
			queues[worker] = append(queues[worker], update)
		}
	}
	p := inOrder(rowsPhase, queues)
	p.becomesUpdate = updates != nil
	return p
}

// products returns the products of the first layer, by worker and stage. Each goes on with the sums of the worker before.
func (t *Trainer) products() [][]*job {
	products := make([][]*job, t.workers)
	for worker := range t.workers {
		for stage := range t.workers {
			product := &job{run: func(w *kernel.Worker) {
				if r := t.rows(stage); r.Lo < r.Hi {
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

// loadsEarly returns how many of each worker's tasks that load the next batch are part of the pipeline, where workers have to
// wait for each other; the others are done during the updates.
func (t *Trainer) loadsEarly() int {
	if t.pipelined() {
		return 1
	}
	return 0
}

// rows returns the rows of a worker's stage that the present batch has, which may be a shorter one.
func (t *Trainer) rows(worker int) kernel.Span {
	r, n := t.stage(worker), t.tape.In.Count
	return kernel.Span{Lo: min(r.Lo, n), Hi: min(r.Hi, n)}
}
