// Package exact holds the elementary functions that results depend on: exp, log, tanh, sine, cosine, the normal distribution,
// powers, the fused multiply-add. Package math's differ in their last bits from one architecture to another, and so would
// weights. These give the same bits everywhere, as the vector kernels of package kernel do, of which they are the plain meaning.
//
// They are built from sums, products and quotients in a fixed order. Go may fuse x*y + z into one rounding on some processors;
// the conversions around products forbid it.
//
// The package is no library of mathematics: a function is here because something that is trained or shown as exact needs it,
// with the range and the error that this needs.
package exact
