//go:build !linux

package kernel

// adviseHuge does nothing here.
func adviseHuge([]uint8) {}
