package kernel

import "unsafe"

// Floats returns n zeros, of which the first begins at a cache line.
func Floats(n int) []float32 {
	const line = 64
	raw := make([]float32, n+line/4-1)
	skip := 0
	if n > 0 {
		skip = int(-uintptr(unsafe.Pointer(&raw[0]))%line) / 4
	}
	return raw[skip : skip+n : skip+n]
}
