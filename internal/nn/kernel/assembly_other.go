//go:build !amd64 && !arm64

package kernel

// assembly returns nothing: there are no kernels in assembly for this architecture.
func assembly() []*Set { return nil }
