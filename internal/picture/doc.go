// Package picture draws what a run and its network look like, as PNG or SVG: the curves of a history, the losses of a
// range test, the heat map of a confusion table, the weights of a first layer, and examples of augmentation.
//
// [WriteHistory], [WriteRangeTest] and [Preview.Write] write a complete picture in light colors. [Panels], [Confusion]
// and [Kernels.Sheet] are for a page: they draw in the colors of a [Theme], and the caller does the writing. All sizes
// are in pixels of a PNG; an SVG has the same size.
//
// All text is in a typeface that is part of the program, and the same input gives the same bytes. The package opens no
// file, computes no metric, and knows no HTML.
package picture
