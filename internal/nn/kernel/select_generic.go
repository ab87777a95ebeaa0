//go:build !amd64 && !arm64

package kernel

// Available returns the kernels that this CPU can run, fastest first. The last one is the portable reference.
func Available() []*Set { return []*Set{generic()} }
