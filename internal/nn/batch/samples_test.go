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
			t.Errorf("byte %d: wanted %v, found %v", i, want, got)
		}
	}
	if table[0] != 0 || table[255] != 1 {
		t.Errorf("black and white: wanted 0 and 1, found %v and %v", table[0], table[255])
	}
}

func TestSlice(t *testing.T) {
	for _, s := range []*Samples{randomBytes(10, 4, 3, 1), randomFloats(10, 4, 3, 1)} {
		slice := s.Slice(3, 7)
		if slice.Count != 4 || slice.Features != 4 || !slices.Equal(slice.Labels, s.Labels[3:7]) {
			t.Errorf("wanted 4 samples of 4 features, labels %v, found %d of %d, %v",
				s.Labels[3:7], slice.Count, slice.Features, slice.Labels)
		}
		for i := range slice.Count {
			if !slices.Equal(sample(slice, i), sample(s, i+3)) {
				t.Errorf("sample %d of the slice: wanted sample %d, found another", i, i+3)
			}
		}
		if &slice.Labels[0] != &s.Labels[3] {
			t.Error("wanted the same memory for the labels of a slice, found another")
		}
		if empty := s.Slice(10, 10); empty.Count != 0 {
			t.Errorf("an empty slice: wanted no samples, found %d", empty.Count)
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
			t.Errorf("%s: sparse: wanted %t, found %t", c.name, c.want, got)
		}
	}
}

// Every byte but 0 counts, for any number of features and samples: of 2,300 every second one is looked at.
func TestNonzeros(t *testing.T) {
	for _, features := range []int{1, 7, 8, 9, 21} {
		for _, count := range []int{1, 255, 256, 600, 2300} {
			s := &Samples{Count: count, Features: features, Bytes: make([]uint8, count*features)}
			for i := range s.Bytes {
				s.Bytes[i] = []uint8{0, 1, 127, 128, 255, uint8(i), uint8(i / 256)}[i*i%7]
			}
			want, looked := make([]int, features), 0
			for i := 0; i < count; i += 1 + count/2300 {
				looked++
				for f, b := range s.Pixels(i) {
					if b != 0 {
						want[f]++
					}
				}
			}
			if found, seen := s.nonzeros(); seen != looked || !slices.Equal(found, want) {
				t.Errorf("%d samples of %d features: wanted %v in %d, found %v in %d",
					count, features, want, looked, found, seen)
			}
			s.Share()
			part := s.Slice(0, 1)
			first, _ := s.nonzeros()
			if again, seen := s.nonzeros(); &again[0] != &first[0] || seen != looked || !slices.Equal(again, want) {
				t.Errorf("%d shared samples: wanted %v in %d, counted once, found %v in %d", count, want, looked, again, seen)
			}
			if _, seen := part.nonzeros(); seen != 1 {
				t.Errorf("a slice of %d shared samples: wanted the zeros of one sample, found those of %d", count, seen)
			}
		}
	}
}

// A kernel finds entries of a list by an int32, so a batch that is too large for that is dense.
func TestSharesOfHugeBatches(t *testing.T) {
	s := &Samples{Count: 1, Features: 40_000, Bytes: make([]uint8, 40_000)}
	if got := s.Shares(2, 53_000, nil); len(got) != 2 {
		t.Errorf("2,120 million entries: wanted 2 shares, found %v", got)
	}
	if got := s.Shares(2, 60_000, nil); got != nil {
		t.Errorf("2,400 million entries: wanted none, found %v", got)
	}
}

// Shares cover the features once, in order, and cost about the same, even if the nonzeros are unevenly distributed.
func TestShares(t *testing.T) {
	const features, batch = 784, 100
	s := &Samples{Count: 50, Features: features, Bytes: make([]uint8, 50*features), Labels: make([]uint8, 50)}
	for i := range s.Count {
		for f := 300; f < 450; f++ { // all nonzeros are in the middle
			s.Bytes[i*features+f] = 1
		}
	}
	for n := 1; n <= 60; n++ {
		shares := s.Shares(n, batch, nil)
		if len(shares) != n {
			t.Fatalf("wanted %d shares, found %d", n, len(shares))
		}
		at := 0
		for _, share := range shares {
			if share.Lo != at || share.Hi < share.Lo {
				t.Fatalf("%d shares: wanted one that begins at %d, found %v", n, at, shares)
			}
			at = share.Hi
		}
		if at != features {
			t.Fatalf("%d shares: wanted the last to end at %d, found %d", n, features, at)
		}
	}
	if two := s.Shares(2, batch, nil); two[0].Hi < 360 || two[0].Hi > 390 {
		t.Errorf("wanted a cut halfway between 300 and 450, found %v", two)
	}
	// A worker with other work has fewer of the features, or none. The cost of all is 784 steps of the optimizer and
	// 15,000 entries.
	const all = 784*OptimizerEntries + 150*batch
	for _, c := range []struct {
		otherWork []int
		ends      [2]int // the first share ends between these features
	}{
		{[]int{0, all / 2}, [2]int{425, 450}}, // the first has three quarters
		{[]int{all / 2, 0}, [2]int{310, 340}}, // the first has a quarter
		{[]int{0, all}, [2]int{768, 784}},
		{[]int{2 * all, 0}, [2]int{0, 0}},
	} {
		two := s.Shares(2, batch, c.otherWork)
		if two[0].Hi < c.ends[0] || two[0].Hi > c.ends[1] || two[1] != (kernel.Span{Lo: two[0].Hi, Hi: features}) {
			t.Errorf("other work %v: wanted a first share that ends between %d and %d, found %v",
				c.otherWork, c.ends[0], c.ends[1], two)
		}
	}
}

func TestTranspose(t *testing.T) {
	got := make([]uint8, 12)
	Transpose(got, []uint8{1, 4, 2, 5, 3, 6, 7, 10, 8, 11, 9, 12}, 2, 3)
	if want := []uint8{1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12}; !slices.Equal(got, want) {
		t.Errorf("%v, wanted %v", got, want)
	}
}
