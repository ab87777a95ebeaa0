//go:build linux || darwin

package kernel

import (
	"syscall"
	"testing"
)

// guarded hands out memory behind which there is none: who reads a byte too much crashes. There are a few areas, which
// it hands out in turn.
type guarded struct {
	areas [8][]byte // each up to an inaccessible page
	turn  int
}

func newGuarded(t *testing.T) *guarded {
	const size = 1 << 20
	page := syscall.Getpagesize()
	g := &guarded{}
	for i := range g.areas {
		area, err := syscall.Mmap(-1, 0, size+page, syscall.PROT_READ|syscall.PROT_WRITE, syscall.MAP_ANON|syscall.MAP_PRIVATE)
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

// bytes returns n zero bytes that end where memory does, or any if the areas are too small. They are lent until as many
// more have been as there are areas.
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
