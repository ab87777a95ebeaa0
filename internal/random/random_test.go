package random

import (
	"math"
	"math/bits"
	"math/rand/v2"
	"slices"
	"testing"
)

// Whatever changes a stream changes every model: these are the numbers of version 1.
func TestStreamsAreWhatTheyWere(t *testing.T) {
	cases := []struct {
		seed    uint64
		purpose string
		epoch   int
		want    [2]uint64
	}{
		{0, "", 0, [2]uint64{0x774bcacf78345581, 0x53568dde534a61af}},
		{1, "shuffle", 1, [2]uint64{0x99e5b666c8eba3cf, 0x62fe59d475bb5253}},
		{1, "shuffle", 2, [2]uint64{0x974e1c50fea8754e, 0xcd684c7d2ba93165}},
		{1, "glorot_uniform/dense", 0, [2]uint64{0x9fa82c84c2241b0c, 0x305a04f0aedcede4}},
		{math.MaxUint64, "glorot_uniform/dense_1", 0, [2]uint64{0x74a3c11cb7e28b50, 0xc2870d3962ca0cb0}},
	}
	for _, c := range cases {
		s := Stream(c.seed, c.purpose, c.epoch)
		if got := [2]uint64{s.Uint64(), s.Uint64()}; got != c.want {
			t.Errorf("stream (%d, %q, %d) begins %#x, wanted %#x", c.seed, c.purpose, c.epoch, got, c.want)
		}
	}
}

// Streams of different keys share nothing: no first value comes twice, and the bits of neighbors agree as often as
// those of any two numbers, half of the time.
func TestStreamsAreIndependent(t *testing.T) {
	seen := map[uint64]string{}
	var agree, total int
	for _, purpose := range []string{"shuffle", "dropout", "glorot_uniform/dense", "glorot_uniform/dense_1"} {
		for seed := range uint64(30) {
			last := uint64(0)
			for epoch := range 30 {
				first := Stream(seed, purpose, epoch).Uint64()
				if other, ok := seen[first]; ok {
					t.Fatalf("stream (%d, %q, %d) begins like one of %q", seed, purpose, epoch, other)
				}
				seen[first] = purpose
				agree += 64 - bits.OnesCount64(first^last)
				total += 64
				last = first
			}
		}
	}
	// 3600 * 64 fair coins: the standard deviation of their share is 0.001.
	if share := float64(agree) / float64(total); math.Abs(share-0.5) > 0.005 {
		t.Errorf("bits of neighboring streams agree in %.4f of all cases, wanted 0.5", share)
	}
}

func TestShuffleIsWhatItWas(t *testing.T) {
	order := counting(10)
	Shuffle(Stream(1, "shuffle", 1), order)
	if want := []int32{4, 1, 8, 7, 2, 0, 5, 9, 3, 6}; !slices.Equal(order, want) {
		t.Errorf("order %v, wanted %v", order, want)
	}
}

func TestShuffleIsAPermutation(t *testing.T) {
	for _, n := range []int{0, 1, 2, 3, 100, 10007} {
		order := counting(n)
		Shuffle(Stream(7, "shuffle", n), order)
		if n > 50 && slices.IsSorted(order) {
			t.Errorf("%d elements are in order after a shuffle", n)
		}
		slices.Sort(order)
		if !slices.Equal(order, counting(n)) {
			t.Errorf("%d elements are others after a shuffle", n)
		}
	}
}

// Each of the 24 orders of four elements comes as often as any other.
func TestShuffleIsFair(t *testing.T) {
	const draws = 24_000
	counts := map[[4]int32]int{}
	stream := Stream(1, "fair", 0)
	for range draws {
		order := [4]int32{0, 1, 2, 3}
		Shuffle(stream, order[:])
		counts[order]++
	}
	var chi2 float64
	for _, n := range counts {
		chi2 += float64(n-draws/24) * float64(n-draws/24) / (draws / 24)
	}
	if len(counts) != 24 || chi2 > 50 { // of 23 degrees of freedom: above 49.7 once in a thousand, and the seed is fixed
		t.Errorf("%d orders, chi-squared %.1f", len(counts), chi2)
	}
}

func TestUniform(t *testing.T) {
	stream := Stream(1, "uniform", 0)
	const n = 100_000
	var sum, squares float64
	for range n {
		u := Uniform(stream)
		if u < 0 || u >= 1 || u*(1<<24) != float32(int32(u*(1<<24))) {
			t.Fatalf("%v is no multiple of 2^-24 in [0, 1)", u)
		}
		sum += float64(u)
		squares += float64(u) * float64(u)
	}
	mean := sum / n
	if variance := squares/n - mean*mean; math.Abs(mean-0.5) > 0.004 || math.Abs(variance-1.0/12) > 0.001 {
		t.Errorf("mean %v, variance %v, wanted 1/2 and 1/12", mean, variance)
	}
}

func counting(n int) []int32 {
	order := make([]int32, n)
	for i := range order {
		order[i] = int32(i)
	}
	return order
}

func TestBitsAreThoseOfTheStream(t *testing.T) {
	for _, n := range []int{0, 1, 2, 7, 100} {
		k := NewKey(7, "dropout", 3).At(n)
		var stream rand.PCG
		k.Seed(&stream)
		got := make([]uint32, n)
		k.Bits(got)
		var x uint64
		for i, b := range got {
			if i%2 == 0 {
				x = stream.Uint64()
			}
			if b != uint32(x) {
				t.Errorf("%d numbers: number %d is %#x, wanted %#x", n, i, b, uint32(x))
			}
			x >>= 32
		}
	}
}
