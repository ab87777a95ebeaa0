//go:build !linux

package batch

// adviseHuge does nothing here.
func adviseHuge([]uint8) {}
