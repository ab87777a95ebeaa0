package kernel

import (
	"syscall"
	"unsafe"
)

// adviseHuge asks for huge pages where b has whole ones.
func adviseHuge(b []uint8) {
	const page = 2 << 20
	skip := -int(uintptr(unsafe.Pointer(unsafe.SliceData(b)))) & (page - 1)
	if whole := (len(b) - skip) &^ (page - 1); whole > 0 {
		_ = syscall.Madvise(b[skip:skip+whole], syscall.MADV_HUGEPAGE) // a system without them does as well
	}
}
