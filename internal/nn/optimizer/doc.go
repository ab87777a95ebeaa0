// Package optimizer holds the rules that turn gradients into steps, one a file: sgd.go, rmsprop.go, adam.go, nadam.go,
// lion.go and what is put around one: clipping (clipping.go), weight decay (weightdecay.go), a running mean of the weights
// (average.go). All are Keras 3's; each file names its paper.
//
// An optimizer gets gradients a block at a time, from several goroutines, while the block is in the first-level cache. One that
// needs whole gradients before it can use any is Deferred. The package knows the parameters of a network (nn.Param) and nothing
// of layers, batches of samples or the order of work.
package optimizer
