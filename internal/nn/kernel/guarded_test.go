//go:build linux || darwin

package kernel

import (
	"syscall"
	"testing"
)

// guarded returns memory that ends before an inaccessible page, so reading a byte too many crashes. It has a few areas,
// which it returns in turn.
type guarded struct {
	areas [8][]byte // each up to an inaccessible page
	turn  int
}

func newGuarded(t *testing.T) *guarded {
	const size = 1 << 20
	page := syscall.Getpagesize()
	g := &guarded{}
	for i := range g.areas {
		area, err := syscall.Mmap(-1, 0, size+page, syscall.PROT_READ|syscall.PROT_WRITE,
			syscall.MAP_ANON|syscall.MAP_PRIVATE)
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() {
			if err := syscall.Munmap(area); err != nil {
				t.Error(err)
			}
		})
		if err := syscall.Mprotect(area[size:], syscall.PROT_NONE); err != nil {
			t.Fatal(err)
		}
		g.areas[i] = area[:size]
	}
	return g
}

// bytes returns n zero bytes that end where an area does, or ordinary memory if n is too large for one. They are
// overwritten after as many more calls as there are areas.
func (g *guarded) bytes(n int) []byte {
	area := g.areas[g.turn]
	g.turn = (g.turn + 1) % len(g.areas)
	if n > len(area) {
		return make([]byte, n)
	}
	b := area[len(area)-n:]
	clear(b)
	return b
}
