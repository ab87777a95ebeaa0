package step

import (
	"slices"
	"time"

	"dnn/internal/nn/kernel"
)

// pipeline returns the phase of the picture in doc.go: the first layer's products, then rest, which does the rest for the
// rows of a stage, then each worker's updates, if there are any. load has a task for each worker, which loads its share
// of the next batch.
func pipeline(s *work, load []task, rest func(w *kernel.Worker, r kernel.Span), updates [][]task) phase {
	products := products(s)
	queues := make([][]*job, s.workers)
	lists := make([]*job, s.workers)
	var allRests []*job
	for worker := range s.workers {
		features := s.upcoming.Features(worker)
		loads := &job{kind: "load", run: load[worker]}
		list := &job{kind: "list", run: func(w *kernel.Worker) { s.tape.In.Transpose(w.Set, features) }}
		rests := &job{kind: "rest", after: []*job{products[s.workers-1][worker]}, run: func(w *kernel.Worker) {
			if r := s.stageRows(worker); r.Lo < r.Hi {
				rest(w, r)
			}
		}}
		idle := &job{kind: "idle", after: []*job{list}, run: func(w *kernel.Worker) {
			s.model.Input().UpdateIdle(w, s.tape.In, features, s.updater)
		}}
		var own []*job // the worker's products of the stages that have rows
		for stage, product := range products[worker] {
			if s.hasRows(stage) {
				own = append(own, product)
			}
		}
		switch first, hasRows := worker == 0, s.hasRows(worker); {
		case first && hasRows:
			queues[worker] = append(own, loads, rests, list)
		case first:
			queues[worker] = append(own, loads, list, idle)
		case hasRows:
			queues[worker] = slices.Concat([]*job{list, loads}, own, []*job{rests})
		default:
			queues[worker] = slices.Concat([]*job{list, loads}, own, []*job{idle})
		}
		lists[worker] = list
		if s.hasRows(worker) {
			allRests = append(allRests, rests)
		}
	}
	for worker, tasks := range updates {
		for i, run := range tasks {
			update := &job{kind: "update", run: run, after: append([]*job{lists[worker]}, allRests...)}
			if worker == 0 && i == 0 {
				update.run = func(w *kernel.Worker) {
					s.updatesBegan = time.Now()
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
func products(s *work) [][]*job {
	products := make([][]*job, s.workers)
	for worker := range s.workers {
		for stage := range s.workers {
			product := &job{kind: "product", run: func(w *kernel.Worker) {
				if r := s.stageRows(stage); r.Lo < r.Hi {
					s.model.Input().MultiplyShare(w, s.tape.In, worker, s.tape.Y[0], r)
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
func loadsInPipeline(s *work) int {
	if s.pipelined() {
		return 1
	}
	return 0
}
