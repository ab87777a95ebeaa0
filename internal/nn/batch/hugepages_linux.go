package batch

import (
	"syscall"
	"unsafe"
)

// adviseHuge asks the operating system to provide memory that has not been written to in pages of 2 MB, where b has whole
// ones. Data that is read in random order is then found in fewer steps.
func adviseHuge(b []uint8) {
	if whole := hugePages(b); len(whole) > 0 {
		_ = syscall.Madvise(whole, syscall.MADV_HUGEPAGE) // a system without them does as well
	}
}

// hugePages returns the part of b that is whole huge pages.
func hugePages(b []uint8) []uint8 {
	const page = 2 << 20
	skip := -int(uintptr(unsafe.Pointer(unsafe.SliceData(b)))) & (page - 1)
	whole := (len(b) - skip) &^ (page - 1)
	if whole <= 0 {
		return nil
	}
	return b[skip : skip+whole]
}
