package live

import (
	"slices"
	"testing"

	"dnn/internal/modelfile"
)

// The epochs that are kept lie evenly over the run, need no more than the memory, and end with the latest.
func TestKeeper(t *testing.T) {
	weights := []modelfile.Tensor{{Data: make([]float32, 250)}} // 1,001 bytes
	for _, c := range []struct {
		memory int64
		first  int
		last   int
		want   []int
	}{
		{5100, 0, 4, []int{0, 1, 2, 3, 4}},
		{5100, 0, 5, []int{0, 2, 4, 5}},
		{5100, 0, 6, []int{0, 2, 4, 6}},
		{5100, 0, 8, []int{0, 2, 4, 6, 8}},
		{5100, 0, 9, []int{0, 4, 8, 9}},
		{5100, 0, 100, []int{0, 32, 64, 96, 100}},
		{5100, 7, 13, []int{8, 10, 12, 13}},
		{2100, 0, 9, []int{0, 9}},
		{1100, 0, 9, []int{9}},
		{10, 0, 9, []int{9}},
	} {
		k := keeper{memory: c.memory, every: 1}
		var handed []epoch
		for n := c.first; n <= c.last; n++ {
			before := slices.Clone(handed)
			k.add(n, weights)
			if !slices.EqualFunc(before, handed, func(a, b epoch) bool { return a.number == b.number }) {
				t.Fatalf("what was handed out has changed: %v, %v", before, handed)
			}
			handed = k.all
			if len(k.all) > max(1, int(c.memory/1001)) || k.all[len(k.all)-1].number != n {
				t.Fatalf("memory %d, after epoch %d: found %v", c.memory, n, k.numbers())
			}
		}
		if got := k.numbers(); !slices.Equal(got, c.want) {
			t.Errorf("memory %d, epochs %d to %d: wanted %v, found %v", c.memory, c.first, c.last, c.want, got)
		}
		if k.weights(c.last) == nil || k.weights(c.last+1) != nil {
			t.Errorf("wanted weights of the last epoch alone, found others")
		}
	}
}
