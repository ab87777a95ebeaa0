// Package nn describes networks and computes them. An Architecture is a network without weights. New builds a
// Sequential from it: layers with their parameters and activations, and a loss. A layer computes forward and backward
// for some rows of a batch.
//
// The package does not train. A layer hands its gradients to an Updater (package optimizer), and package step decides
// which worker computes what, and when. Package batch has the samples that a network reads, and package kernel the
// arithmetic. Package reference is the same network in float64 with plain loops: read it first.
//
// All arithmetic is float32 on row-major matrices: activations are [batch, features], a Dense kernel is [in, out] and
// its bias [out], as in Keras. Names and defaults are Keras's too.
package nn
