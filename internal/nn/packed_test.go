package nn

import (
	"testing"

	"dnn/internal/nn/kernel"
)

// Packed samples load as the samples themselves do: so many that there are several tasks, some of them chosen out of others.
func TestPackedLoads(t *testing.T) {
	const count, features, batch = 2*packedTask + 100, 150, 40
	all := randomBytes(count, features, 3, 1)
	var some []int32
	for i := count - 1; i >= 0; i -= 7 {
		some = append(some, int32(i))
	}
	for _, set := range kernel.Available() {
		if set.Pack == nil {
			continue
		}
		e := NewEngine(set, 2)
		defer e.Close()
		for _, s := range []*Samples{all, all.Select(some), all.Slice(packedTask-1, packedTask+2), all.Slice(0, 0)} {
			shares := []span{{0, 100}, {100, features}, {features, features}}
			want, got := newInput(s, batch, shares, true), newInput(s, batch, shares, true)
			got.packed = e.pack(s, got.shares)
			if (got.packed != nil) != (s.Count > 0) {
				t.Fatalf("%s: %d samples are packed: %t", set.Name, s.Count, got.packed != nil)
			}
			var order []int32
			for i := range min(batch, s.Count) {
				order = append(order, int32(i*s.Count/batch))
			}
			for _, in := range []*input{want, got} {
				in.count = len(order)
				in.load(&e.workers[0], s, order, span{0, len(order)}, span{0, len(shares)})
			}
			for j := range shares {
				w, g := &want.shares[j], &got.shares[j]
				for r := range order {
					n := g.features.hi - g.features.lo
					if string(g.bytes[r*g.stride:][:n]) != string(w.bytes[r*w.stride:][:n]) {
						t.Fatalf("%s, share %d: sample %d has other bytes", set.Name, j, r)
					}
					for b := range g.blocks + 1 {
						if at := r*(g.blocks+1) + b; g.start[at] != w.start[at] {
							t.Fatalf("%s, share %d: sample %d: block %d begins at %d, want %d", set.Name, j, r, b, g.start[at], w.start[at])
						}
					}
				}
				if len(order) == 0 {
					continue
				}
				for i := range w.start[len(order)*(w.blocks+1)-1] {
					if g.entries[i] != w.entries[i] {
						t.Fatalf("%s, share %d: entry %d is %#x, want %#x", set.Name, j, i, g.entries[i], w.entries[i])
					}
				}
			}
		}
	}
}
