package batch

import (
	"bytes"
	"slices"
	"testing"

	"dnn/internal/nn/kernel"
	"dnn/internal/parallel"
)

// A batch of packed samples is the same as one of the samples themselves: so many that there are several tasks, a
// selection, a slice, and none.
func TestPackedLoads(t *testing.T) {
	const features, batch = 150, 40
	perTask := packedPerTask(kernel.PackedSize(features, 2))
	count := 2*perTask + 100
	all := randomBytes(count, features, 3, 1)
	var some []int32
	for i := count - 1; i >= 0; i -= 7 {
		some = append(some, int32(i))
	}
	shares := []kernel.Span{{Lo: 0, Hi: 100}, {Lo: 100, Hi: features}, {Lo: features, Hi: features}}
	sources := []*Samples{all, all.Select(some), all.Slice(perTask-1, perTask+2), all.Slice(0, 0)}
	for _, set := range kernel.Available() {
		if set.Packs() {
			t.Run(set.Name, func(t *testing.T) {
				for _, s := range sources {
					comparePackedLoads(t, set, s, batch, shares)
				}
			})
		}
	}
}

// A sample that is larger than a task's buffer usually is has a task of its own.
func TestLargeSamplesArePacked(t *testing.T) {
	const features, batch = 600_000, 2
	s := randomBytes(3, features, 3, 1)
	for _, set := range kernel.Available() {
		if set.Packs() {
			comparePackedLoads(t, set, s, batch, []kernel.Span{{Lo: 0, Hi: features / 2}, {Lo: features / 2, Hi: features}})
		}
	}
}

// comparePackedLoads loads the same batch from the samples and from the packed ones.
func comparePackedLoads(t *testing.T, set *kernel.Set, s *Samples, batch int, shares []kernel.Span) {
	t.Helper()
	pool := parallel.NewPool(2)
	defer pool.Close()
	worker := kernel.NewWorker(set, 0)
	want, got := New(s, batch, shares, batch), New(s, batch, shares, batch)
	got.packed = got.Pack(set, pool.Run, s, true)
	if (got.packed != nil) != (s.Count > 0) {
		t.Fatalf("%d samples: packed: wanted %t, found %t", s.Count, s.Count > 0, got.packed != nil)
	}
	var order []int32
	for i := range min(batch, s.Count) {
		order = append(order, int32(i*s.Count/batch))
	}
	for _, in := range []*Batch{want, got} {
		in.Count = len(order)
		in.Load(&worker, s, order, kernel.Span{Lo: 0, Hi: len(order)}, kernel.Span{Lo: 0, Hi: len(shares)})
	}
	for j := range shares {
		w, g := &want.shares[j], &got.shares[j]
		for r := range order {
			if !bytes.Equal(g.bytes.Row(r), w.bytes.Row(r)) {
				t.Fatalf("share %d: bytes of sample %d: wanted %v, found %v", j, r, w.bytes.Row(r), g.bytes.Row(r))
			}
		}
		starts := len(order) * (w.blocks + 1)
		got, want := g.bySample, w.bySample
		if !slices.Equal(got.Start[:starts], want.Start[:starts]) {
			t.Fatalf("share %d: starts: wanted %v, found %v", j, want.Start[:starts], got.Start[:starts])
		}
		if starts == 0 {
			continue
		}
		if n := want.Start[starts-1]; !slices.Equal(got.Entries[:n], want.Entries[:n]) {
			t.Fatalf("share %d: entries: wanted %x, found %x", j, want.Entries[:n], got.Entries[:n])
		}
	}
}

// TestShare: samples that are shared are packed once for all batches of the same shares, also at once; a copy with other
// rows, and batches with other shares, have packed samples of their own.
func TestShare(t *testing.T) {
	all := randomBytes(packedPerTask(kernel.PackedSize(150, 2))+5, 150, 3, 1)
	some := all.Slice(0, 10)
	all.Share()
	part := all.Slice(10, 20)
	for _, set := range kernel.Available() {
		if !set.Packs() {
			continue
		}
		pack := func(s *Samples, cut int) *Packed {
			pool := parallel.NewPool(1)
			defer pool.Close()
			in := New(s, 10, []kernel.Span{{Lo: 0, Hi: cut}, {Lo: cut, Hi: 150}}, 10)
			return in.Pack(set, pool.Run, s, false)
		}
		found := make(chan *Packed)
		for range 4 {
			go func() { found <- pack(all, 100) }()
		}
		first := <-found
		for range 3 {
			if p := <-found; p != first {
				t.Errorf("%s: packed twice", set.Name)
			}
		}
		if other := pack(all, 50); other == first || other == nil {
			t.Errorf("%s: other shares have the same packed samples", set.Name)
		}
		for name, s := range map[string]*Samples{"not shared": some, "a slice of shared ones": part} {
			if p := pack(s, 100); p == first || p == pack(s, 100) || len(p.samples.At) != 10 {
				t.Errorf("%s: %s: shares packed samples", set.Name, name)
			}
		}
	}
}
