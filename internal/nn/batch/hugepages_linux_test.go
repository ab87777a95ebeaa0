package batch

import (
	"testing"
	"unsafe"
)

// The part of some memory that is huge pages is where the system takes it for them, and no whole page is left out.
func TestHugePages(t *testing.T) {
	const page = 2 << 20
	memory := make([]uint8, 4*page)
	for _, c := range []struct{ from, size, least int }{
		{0, 4 * page, 3 * page}, {1, 4*page - 2, 2 * page}, {4096, page - 1, 0}, {0, 0, 0}, {page / 2, 2*page - 1, 0},
	} {
		whole := hugePages(memory[c.from : c.from+c.size])
		if len(whole) < c.least || len(whole)%page != 0 {
			t.Errorf("of %d bytes: wanted at least %d in whole pages, found %d", c.size, c.least, len(whole))
		}
		if len(whole) == 0 {
			continue
		}
		if at := uintptr(unsafe.Pointer(&whole[0])); at%page != 0 {
			t.Errorf("of %d bytes: wanted whole pages, found them to begin at %#x", c.size, at)
		}
	}
}
