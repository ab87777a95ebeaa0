package kernel

import "testing"

// Huge pages are asked for in the middle of the memory only: all of it, with the ends, can be written to and starts as zeros.
func TestAdviseHuge(t *testing.T) {
	for _, n := range []int{0, 1, 4095, 1<<21 - 1, 1 << 21, 5<<20 + 17} {
		b := make([]uint8, n)
		AdviseHuge(b)
		for i := range b {
			if b[i] != 0 {
				t.Fatalf("byte %d of %d: wanted 0, found %d", i, n, b[i])
			}
			b[i] = uint8(i)
		}
	}
}
