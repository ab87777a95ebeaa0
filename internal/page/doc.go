// Package page writes one HTML page about a model: its layers, how it was trained, how well it does on a part of its
// data set, which samples it gets wrong, and what its first layer looks for. WriteComparison writes one about how models
// differ.
//
// A page is for browsers and for paper, in light and in dark colors. It needs no other file, no network and no
// script. [Write] is given everything as a [Content]: the package evaluates no model and reads no file. Package picture
// draws curves, heat maps and weights.
package page
