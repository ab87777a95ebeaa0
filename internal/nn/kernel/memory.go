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

// HugeBytes returns n bytes, which the operating system is asked to provide in pages of some megabytes. Data that is read in
// random order is then found with fewer steps, and the first write to each page, which the system must make room for,
// is rare. Pages that are never written to take no memory.
func HugeBytes(n int) []uint8 {
	b := make([]uint8, n)
	adviseHuge(b)
	return b
}
