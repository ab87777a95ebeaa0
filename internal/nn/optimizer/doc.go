// Package optimizer holds the rules that turn gradients into steps. Each has a file: adafactor.go, adam.go (with
// amsgrad.go), lion.go, nadam.go, rmsprop.go and sgd.go. So does each of the things that can be wrapped around a rule:
// clipping.go, weightdecay.go and average.go, a running mean of the weights. All of them compute what Keras 3 computes,
// and each file names its paper. optimizer.go has what they have in common, and New, which puts them together.
//
// An optimizer gets gradients a block at a time, from several goroutines, while the block is in a cache.
// An optimizer that needs whole gradients before it can use any is Deferred (deferred.go). Adam can compute the
// gradient of a sparse batch itself, together with its step (sparse.go). The package knows the parameters of a network
// (nn.Param) and nothing of layers. When its methods are called is up to package step.
package optimizer
