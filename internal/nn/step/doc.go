// Package step takes a network's training steps and evaluates it: it says who computes what, when. It holds no formula of a
// layer, a loss or an optimizer; those are in packages nn and optimizer.
//
// A step is forward, loss, backward and update. Tasks run side by side, each on a part of the output that is its own, so that no
// sum depends on how many workers there are. There are two ways to divide a network:
//
//   - by rows of the batch: all layers forward, the loss, and all layers backward, since the rows know nothing of each other
//     (a BatchNormalization, whose rows do, has phases of its own, by columns);
//   - by rows of the parameters, which are features of a layer's input: gradients and updates. A block of gradient goes to the
//     optimizer while it is in the first-level cache; there is no memory for whole gradients.
//
// # The picture of a step
//
// The first layer of a sparse batch is divided by features in both directions: a worker owns some features, and with them
// rows of the kernel and their moments, which never leave its cache. A sum over features is a chain in their order, so a worker
// can go on with it only where the one before has stopped. The workers pass over the batch one behind the other, a stage of rows at
// a time, and what goes from one to the next is sums. These are the queues of one step, from left to right, with four workers
// and rows in a batch for three of them:
//
//		worker 0   P00  P01  P02  load  rest  list  updates
//		worker 1   list load P10  P11   P12   rest  updates
//		worker 2   list load P20  P21   P22   rest  updates
//		worker 3   list load P30  P31   P32   idle  updates
//
//	  - Pws is the product of worker w's features for the rows of stage s. It adds to the sums of P(w-1)s, and waits for them.
//	  - rest is all that follows for the rows of the worker's own stage: the activation, the other layers, the loss, and all the way
//	    back. It waits for the last worker's product of these rows.
//	  - load loads the worker's features of the next batch; list lists its features of this one, feature by feature, for the
//	    gradient; idle updates the rows of the kernel whose features are zero in the whole batch. They wait for nothing (idle for
//	    list), and are done where a worker would wait for sums.
//	  - updates are the worker's features of the first layer, and its part of the others. They wait for its list and for the rest of
//	    every stage.
//
// # Words
//
// A worker is a thread with its memory. A share is a worker's features. A stage is the rows of the batch that one worker's rest is
// for. A job is a task with the jobs that must be done before it. A phase is jobs between two barriers: everybody waits at its end.
//
// division.go says which worker has which features and rows, plan.go and pipeline.go make jobs of that, trainer.go runs them.
package step
