package step

import (
	"math/rand/v2"
	"testing"

	"dnn/internal/nn/kernel"
)

// Part cuts [0, total) into n parts that follow one another, all but the last multiples of align.
func TestPartCoversOnce(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 1))
	for range 5000 {
		n, total, align := 1+rng.IntN(20), rng.IntN(1000), 1+rng.IntN(40)
		at := 0
		for i := range n {
			p := kernel.Part(i, n, total, align)
			if p.Lo != at || p.Hi < p.Lo {
				t.Fatalf("part %d of %d of %d: wanted one that begins at %d, found %v", i, n, total, at, p)
			}
			if p.Hi < total && p.Hi%align != 0 {
				t.Fatalf("part %d of %d of %d: wanted one that ends at a multiple of %d, found %v",
					i, n, total, align, p)
			}
			// Parts are equal: none has more than one block beyond the average.
			if blocks := (total + align - 1) / align; p.Hi-p.Lo > (blocks/n+1)*align {
				t.Fatalf("part %d of %d of %d in blocks of %d: wanted an equal one, found %v", i, n, total, align, p)
			}
			at = p.Hi
		}
		if at != total {
			t.Fatalf("%d parts of %d: wanted the last to end there, found %d", n, total, at)
		}
	}
}
