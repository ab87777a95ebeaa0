// Package exact computes elementary functions with the same bits on every machine: exp, log, tanh, sine, cosine, the
// normal distribution, powers, the fused multiply-add. Those of package math differ in their last bits from one
// architecture to another, and so would trained weights. The vector kernels of package kernel give the same bits as
// these functions, which define them.
//
// The functions consist of sums, products and quotients in a fixed order. On some processors, Go may compute x*y + z
// with one rounding; the conversions around products forbid that.
//
// The package is no general library: it has only the functions that dnn needs, for the range and with the error that
// dnn needs.
package exact
