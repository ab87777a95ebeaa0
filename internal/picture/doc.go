// Package picture draws what a run and its network look like, as PNG or SVG: the curves of a history, the losses of a
// range test, the heat map of a confusion table, the weights of a first layer, and what augmentation makes of images.
//
// [WriteHistory], [WriteRangeTest] and [Preview.Write] write a whole picture, in light colors. [Panels], [Confusion]
// and [Kernels.Sheet] are for a page: they draw in the colors of a [Theme], and leave the writing to the caller. All
// sizes are in pixels of a PNG; an SVG is drawn on paper of the same size.
//
// The typeface of all text comes with the program, and the same input gives the same bytes. The package opens no file,
// computes no metric and knows no HTML.
package picture
