// Package batch is what a network reads: samples as a data set holds them, and batches of them on their way into the
// first layer. If most features are zero, a batch is lists of the nonzero ones, by sample for the forward product and
// by feature for the gradient. The package multiplies with these lists, so that nothing else has to know their form. It
// knows no layer and no optimizer; package step decides which worker calls what, and when.
package batch
