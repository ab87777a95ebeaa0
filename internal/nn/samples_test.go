package nn

import (
	"slices"
	"testing"
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
		if got := c.s.sparse(); got != c.want {
			t.Errorf("%s: sparse is %t", c.name, got)
		}
	}
}
