// Package nn is what a network is: an Architecture in words, and a Sequential of layers with weights, activations, a loss and
// the initializers that the weights are drawn by. A layer knows its way forward and backward for some rows of a batch.
//
// What happens to a gradient is not here: it goes to an Updater (package optimizer has them). Nor is who computes what, when
// and on which thread: package step takes training steps and evaluates. Package batch is what a network reads, package kernel
// the arithmetic, and package reference the same network in float64 with plain loops, to be read first.
//
// All arithmetic is float32 on row-major matrices: activations are [batch, features], a Dense kernel is [in, out] and its
// bias [out], as in Keras. Names and defaults are Keras's too.
package nn
