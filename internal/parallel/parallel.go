// Package parallel runs tasks on worker threads: phases of tasks side by side or in an order, and the choice between all workers and
// one. It computes nothing and knows no numbers; that a result does not depend on how many workers there are is up to the tasks,
// which write to places of their own.
package parallel
