package kernel

// flush turns a running mean below 2^-100 into 0. While a gradient is 0, as that of a pixel at the margin, its means
// decay to denormal numbers and stay there, since the smallest one times 0.9 rounds to itself. Arithmetic with these is
// a hundred times slower on many CPUs, which is why other libraries let the CPU take them for 0.
func flush(mean float32) float32 { return flushBelow(0x1p-100, mean) }

// flushBelow does so below another limit. The square of what it returns is no denormal number for a limit of 2^-60.
func flushBelow(limit, mean float32) float32 {
	if mean > -limit && mean < limit {
		return 0
	}
	return mean
}

// square returns the square of a gradient. It is 0 for one below 2^-60, so that it is never denormal.
func square(g float32) float32 {
	g = flushBelow(0x1p-60, g)
	return float32(g * g)
}
