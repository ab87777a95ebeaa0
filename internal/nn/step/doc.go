// Package step takes a network's training steps and evaluates it. It decides which worker computes what, and when. It
// has no formula of a layer, a loss or an optimizer: those are in packages nn and optimizer.
//
// A step is forward, loss, backward and update. Its tasks run side by side. Each has outputs of its own, and computes
// each of them from the first term to the last, so the bits do not depend on the number of workers. Two things can be
// divided:
//
//   - the rows of the batch: for its rows, a worker goes forward through all layers, computes the loss and goes all the
//     way back, since rows do not depend on each other. In a BatchNormalization they do, and a wide Dense layer has
//     more weights than a cache holds: these have phases of their own, which are divided by columns.
//   - the rows of the parameters, each of which belongs to a feature of the layer's input: gradients and updates. A
//     block of a gradient goes to the optimizer while it is in a cache, so no memory is needed for whole gradients.
//
// # The picture of a step
//
// The first layer of a sparse batch is divided by features, forward and in the update. Each worker owns some features,
// and with them rows of the kernel and of its moments, which never leave the worker's cache. A sum over features adds
// them in their order, so a worker goes on with the sums where the worker before it stopped. The workers therefore pass
// over the batch one behind the other, a stage of rows at a time, and hand on sums. These are the queues of one step,
// from left to right, of three workers:
//
//	worker 0   P00  P01  P02  load rest list updates
//	worker 1   list load P10  P11  P12  rest updates
//	worker 2   list load P20  P21  P22  rest updates
//
// A batch may be too small for every worker to get a tile of rows. The first worker is then one of those without:
//
//	worker 0   P01  P02  load list idle updates
//	worker 1   list load P11  P12  rest updates
//	worker 2   list load P21  P22  rest updates
//
// The jobs in the queues:
//
//   - Pws is the product of worker w's features for the rows of stage s. It adds to the sums of P(w-1)s, and waits for
//     them.
//   - rest is all that follows for the rows of the worker's own stage: the activation, the other layers, the loss, and
//     all the way back. It waits for the last worker's product of these rows.
//   - load loads the worker's features of the next batch. list makes the lists of its features of this one, from which
//     the gradient is computed. idle updates the rows of the kernel whose features are zero in the whole batch. None of
//     these waits for sums (idle waits for list only), so workers do them while they would have to wait for some.
//   - updates are those of the worker's features of the first layer, and of its part of the other layers. They wait for
//     the worker's list and for the rest of every stage.
//
// # Words
//
//   - A worker is a thread with memory of its own (kernel.Worker).
//   - A share is the features that one worker owns.
//   - A stage is the rows of the batch that one worker computes the rest for.
//   - A task is a function that a worker runs; a job is a task with the jobs that must be done before it.
//   - A phase is tasks or jobs between two barriers: the next begins when all of them are done.
//
// # Files
//
// Each uses those to its left:
//
//	division, distill   work   phase   pipeline   plan   trainer (with stop, transform)
//	predictor   evaluate
//
// division.go says which features and rows each worker has, work.go holds what the jobs compute, plan.go and pipeline.go
// make phases of jobs, and trainer.go runs them.
package step
