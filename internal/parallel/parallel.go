// Package parallel runs tasks on several threads. A Pool runs phases of tasks, all at once or in an Order; a Tempo
// finds out whether one thread alone would be faster.
//
// The package does no arithmetic. Results do not depend on the number of threads as long as each task writes to memory
// of its own.
package parallel
