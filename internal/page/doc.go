// Package page writes one HTML page about a model: what it is made of, how it was trained, how well it does on a part
// of its data set, which samples it gets wrong, and what its first layer looks at.
//
// The page is for a browser and for paper, in light and in dark colors, and needs no other file, no network and no
// script. [Write] is given everything as [Content]: the package evaluates no model, reads no file, and leaves curves,
// heat maps and weights to package picture.
package page
