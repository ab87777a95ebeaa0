//go:build !amd64 && !arm64

package kernel

// assembly returns nil: this architecture has no kernels in assembly.
func assembly() []*Set { return nil }
