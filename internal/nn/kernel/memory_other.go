//go:build !linux

package kernel

// AdviseHuge does nothing here.
func AdviseHuge([]uint8) {}
