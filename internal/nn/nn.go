// Package nn is what a network is: layers, activations, losses, initializers, optimizers, and the Sequential model that
// trains and evaluates them. It knows no files, no terminal and no data set; instruction sets and threads are hidden behind
// an Engine.
//
// All arithmetic is float32 on row-major matrices: activations are [batch, features], a Dense kernel is [in, out] and its
// bias [out], as in Keras. Names and defaults are Keras's too.
//
// # How a training step runs
//
// Trainer.Step computes forward, loss, backward and update in two phases. Within a phase tasks run side by side, each on a
// part of the output of its own, so that no sum depends on how many workers there are:
//
//  1. all layers forward, the loss, and all layers backward, by rows of the batch, which know nothing of each other; the
//     first layer's product with a sparse batch also by features (see pipeline.go);
//  2. gradients and updates of the parameters, by rows of the parameters. A block of gradient goes to the Updater while it is
//     in the first-level cache; there is no buffer for whole gradients.
//
// Layers whose rows do depend on each other, such as BatchNormalization, have phases of their own, by columns.
package nn
