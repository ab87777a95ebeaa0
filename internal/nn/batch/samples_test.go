package batch

import (
	"slices"
	"testing"

	"dnn/internal/nn/kernel"
)

func TestPixelTable(t *testing.T) {
	table := PixelTable()
	for i, got := range table {
		if want := float32(float64(i) / 255); got != want {
			t.Errorf("byte %d means %v, want %v", i, got, want)
		}
	}
	if table[0] != 0 || table[255] != 1 {
		t.Errorf("black means %v and white %v", table[0], table[255])
	}
}

func TestSlice(t *testing.T) {
	for _, s := range []*Samples{randomBytes(10, 4, 3, 1), randomFloats(10, 4, 3, 1)} {
		part := s.Slice(3, 7)
		if part.Count != 4 || part.Features != 4 || !slices.Equal(part.Labels, s.Labels[3:7]) {
			t.Errorf("%d samples of %d features, labels %v", part.Count, part.Features, part.Labels)
		}
		for i := range part.Count {
			if !slices.Equal(sample(part, i), sample(s, i+3)) {
				t.Errorf("sample %d of the slice is not sample %d", i, i+3)
			}
		}
		if &part.Labels[0] != &s.Labels[3] {
			t.Error("a slice has labels of its own")
		}
		if empty := s.Slice(10, 10); empty.Count != 0 {
			t.Errorf("an empty slice has %d samples", empty.Count)
		}
	}
}

func TestSparse(t *testing.T) {
	fill := func(count, nonzero int) *Samples {
		s := &Samples{Count: count, Features: 10, Bytes: make([]uint8, 10*count), Labels: make([]uint8, count)}
		for i := range count {
			for f := range nonzero {
				s.Bytes[10*i+f] = 1
			}
		}
		return s
	}
	for _, c := range []struct {
		name string
		s    *Samples
		want bool
	}{
		{"none", fill(0, 0), false},
		{"all zero", fill(5, 0), true},
		{"three of ten", fill(5000, 3), true},
		{"four of ten", fill(5000, 4), false},
		{"no zero", fill(5, 10), false},
		{"floats", randomFloats(5, 10, 2, 1), false},
	} {
		if got := c.s.Sparse(); got != c.want {
			t.Errorf("%s: sparse is %t", c.name, got)
		}
	}
}

// Shares cover the features once, in order, and cost about the same, however unevenly the nonzeros lie.
func TestShares(t *testing.T) {
	const features, batch = 784, 100
	s := &Samples{Count: 50, Features: features, Bytes: make([]uint8, 50*features), Labels: make([]uint8, 50)}
	for i := range s.Count {
		for f := 300; f < 450; f++ { // all of them in the middle
			s.Bytes[i*features+f] = 1
		}
	}
	for n := 1; n <= 60; n++ {
		shares := s.Shares(n, batch, nil)
		if len(shares) != n {
			t.Fatalf("%d shares, want %d", len(shares), n)
		}
		at := 0
		for _, share := range shares {
			if share.Lo != at || share.Hi < share.Lo {
				t.Fatalf("%d shares: %v, want one that begins at %d", n, shares, at)
			}
			at = share.Hi
		}
		if at != features {
			t.Fatalf("%d shares end at %d, want %d", n, at, features)
		}
	}
	if two := s.Shares(2, batch, nil); two[0].Hi < 360 || two[0].Hi > 390 {
		t.Errorf("shares %v, want the nonzeros of 300 to 450 cut in half", two)
	}
	// Who has other things to do has less of the features, or none: in all 784 steps of the optimizer, and 15,000 entries.
	const all = 784*OptimizerEntries + 150*batch
	for _, c := range []struct {
		besides []int
		ends    [2]int // between which the first share ends
	}{
		{[]int{0, all / 2}, [2]int{425, 450}}, // the first has three quarters
		{[]int{all / 2, 0}, [2]int{310, 340}}, // the first has a quarter
		{[]int{0, all}, [2]int{768, 784}},
		{[]int{2 * all, 0}, [2]int{0, 0}},
	} {
		if two := s.Shares(2, batch, c.besides); two[0].Hi < c.ends[0] || two[0].Hi > c.ends[1] || two[1] != (kernel.Span{Lo: two[0].Hi, Hi: features}) {
			t.Errorf("shares %v with %v besides, want the first to end between %d and %d", two, c.besides, c.ends[0], c.ends[1])
		}
	}
}
