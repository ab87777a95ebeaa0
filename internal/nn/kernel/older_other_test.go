//go:build !amd64

package kernel

func withoutVBMI2() *Set { return nil }
