package step

import (
	"math/rand/v2"
	"testing"

	"dnn/internal/nn/kernel"
)

// TestPartCoversOnce cuts [0, total) into n pieces that follow one another, all but the last of them whole multiples of align.
func TestPartCoversOnce(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 1))
	for range 5000 {
		n, total, align := 1+rng.IntN(20), rng.IntN(1000), 1+rng.IntN(40)
		at := 0
		for i := range n {
			p := kernel.Part(i, n, total, align)
			if p.Lo != at || p.Hi < p.Lo {
				t.Fatalf("part %d of %d of %d is %v, want it to begin at %d", i, n, total, p, at)
			}
			if p.Hi < total && p.Hi%align != 0 {
				t.Fatalf("part %d of %d of %d is %v, want it to end at a multiple of %d", i, n, total, p, align)
			}
			// A fair share: no more than one block beyond the average.
			if blocks := (total + align - 1) / align; p.Hi-p.Lo > (blocks/n+1)*align {
				t.Fatalf("part %d of %d of %d in blocks of %d is %v", i, n, total, align, p)
			}
			at = p.Hi
		}
		if at != total {
			t.Fatalf("%d parts of %d end at %d", n, total, at)
		}
	}
}
