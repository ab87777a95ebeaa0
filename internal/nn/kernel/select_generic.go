//go:build !amd64 && !arm64

package kernel

func available() []*Set { return []*Set{generic()} }
