// Package batch is what a network reads: samples as a data set holds them, and batches of them on their way into the first layer.
// Where most features are zero, a batch is lists of the others, by sample for the forward product and by feature for the gradient, and
// it owns the products with these lists. It knows no layer, no optimizer and no order of work: who calls what when is up to the
// training step.
package batch
