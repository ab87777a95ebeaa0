package compare

import (
	"math"
	"testing"
)

// The wanted values are scipy.stats.binomtest(k, n).pvalue and, of p_worse, binom.cdf(only_second, n, 0.5); those that
// are powers of 2 follow from the definition.
func TestMcNemar(t *testing.T) {
	for _, c := range []struct {
		first, second int
		p, worse      float64
	}{
		{0, 0, 1.0, 1.0},
		{1, 0, 1.0, 0.5},
		{0, 1, 1.0, 1.0},
		{5, 0, 0.0625, 0.03125},
		{3, 9, 0.14599609375, 0.980712890625},
		{9, 3, 0.14599609375, 0.072998046875},
		{56, 102, 0.0003145679662181671, 0.9999169163543461},
		{102, 56, 0.0003145679662181671, 0.00015728398310908354},
		{50, 50, 1.0, 0.5397946186935889},
		{12, 25, 0.04703102743951604, 0.9899630740401335},
		{700, 811, 0.00464133924989518, 0.9980269880875885},
		{811, 700, 0.00464133924989518, 0.00232066962494759},
		{0, 100, 1.5777218104420236e-30, 1.0},
		{9000, 9300, 0.02708360591010076, 0.98696260491849},
		{400, 20, 5.88668030041661e-93, 2.943340150208305e-93},
	} {
		m := newMcNemar(c.first, c.second)
		for _, v := range [][2]float64{{m.P, c.p}, {m.Worse, c.worse}} {
			if !(math.Abs(v[0]-v[1]) <= 1e-11*v[1]) {
				t.Errorf("%d and %d: wanted %v, found %v", c.first, c.second, v[1], v[0])
			}
		}
	}
}

// The tails below k and from k on make 1, and the two directions are mirror images.
func TestAtMost(t *testing.T) {
	for n := range 40 {
		for k := range n + 1 {
			below, _ := atMost(k, n).Float64()
			above := 0.0
			if n-k-1 >= 0 {
				above, _ = atMost(n-k-1, n).Float64()
			}
			if math.Abs(below+above-1) > 1e-15 {
				t.Errorf("%d of %d: %v and %v make %v", k, n, below, above, below+above)
			}
		}
	}
}
