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

// resized returns the buffer with n elements, whatever they are; it is replaced if it is too small.
func resized[T any](buffer *[]T, n int) []T {
	if cap(*buffer) < n {
		*buffer = make([]T, n)
	}
	*buffer = (*buffer)[:n]
	return *buffer
}
