package batch

import (
	"math/rand/v2"
	"slices"
	"testing"

	"dnn/internal/random"
)

// classLabels returns as many labels of each class as given, mixed.
func classLabels(counts ...int) []uint8 {
	var labels []uint8
	for label, n := range counts {
		labels = append(labels, slices.Repeat([]uint8{uint8(label)}, n)...)
	}
	rand.New(rand.NewPCG(1, 1)).Shuffle(len(labels), func(i, j int) { labels[i], labels[j] = labels[j], labels[i] })
	return labels
}

func TestStratified(t *testing.T) {
	for _, c := range []struct {
		counts []int
		n      int
		want   []int // held of each class
	}{
		{[]int{50, 50}, 20, []int{10, 10}},
		{[]int{50, 50}, 21, []int{11, 10}},     // equal fractions: the first class
		{[]int{80, 15, 5}, 10, []int{8, 2, 0}}, // 1.5 and 0.5: as well
		{[]int{10, 10, 10}, 5, []int{2, 2, 1}},
		{[]int{100, 1}, 50, []int{50, 0}}, // the only one of its class stays
		{[]int{1, 1, 1}, 2, []int{0, 0, 0}},
		{[]int{7, 0, 3}, 3, []int{2, 0, 1}},
		{[]int{5, 5}, 0, []int{0, 0}},
		{[]int{5, 5}, 10, []int{4, 4}}, // all: one of each stays
		{[]int{5, 5}, 99, []int{4, 4}},
		{nil, 0, nil},
		{nil, 3, nil},
	} {
		labels := classLabels(c.counts...)
		rest, held := Stratified(labels, c.n, random.NewKey(1, "test", 0))
		got := make([]int, len(c.counts))
		for _, i := range held {
			got[labels[i]]++
		}
		if !slices.Equal(got, c.want) {
			t.Errorf("%d of %v: held out: wanted %v, found %v", c.n, c.counts, c.want, got)
		}
		if !slices.IsSorted(rest) || !slices.IsSorted(held) {
			t.Errorf("%d of %v: wanted ascending order, found the rest %v, held out %v", c.n, c.counts, rest, held)
		}
		all := append(slices.Clone(rest), held...)
		slices.Sort(all)
		if !slices.Equal(all, counting(len(labels))) {
			t.Errorf("%d of %v: wanted each sample once, found %v", c.n, c.counts, all)
		}
	}
}

// Which samples are held out depends on the key and nothing else, and is random.
func TestStratifiedIsRandom(t *testing.T) {
	labels := classLabels(100, 100)
	_, held := Stratified(labels, 40, random.NewKey(1, "test", 0))
	if _, again := Stratified(labels, 40, random.NewKey(1, "test", 0)); !slices.Equal(again, held) {
		t.Error("wanted the same samples for the same key, found others")
	}
	if _, other := Stratified(labels, 40, random.NewKey(2, "test", 0)); slices.Equal(other, held) {
		t.Error("wanted other samples for another seed, found the same")
	}
	times := make([]int, len(labels))
	for seed := range uint64(1000) {
		_, held := Stratified(labels, 40, random.NewKey(seed, "test", 0))
		for _, i := range held {
			times[i]++
		}
	}
	for i, n := range times { // 200 on average, with a standard deviation of 12.6
		if n < 140 || n > 260 {
			t.Errorf("sample %d: wanted it held out 140 to 260 times of 1000, found %d", i, n)
		}
	}
}
