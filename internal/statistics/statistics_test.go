package statistics_test

import (
	"math"
	"math/rand/v2"
	"testing"

	"dnn/internal/statistics"
)

// near reports whether got is want within a relative error.
func near(got, want, relative float64) bool {
	return got == want || math.Abs(got-want) <= relative*math.Abs(want) // a NaN is near nothing
}

// TestQuantile: the quantiles are those of scipy.stats.t.ppf (scipy 1.17.1).
func TestQuantile(t *testing.T) {
	for _, c := range []struct {
		df           int
		within, want float64
	}{
		{1, 0.95, 12.706204736174694}, {1, 0.99, 63.656741162871526},
		{2, 0.95, 4.302652729749462}, {2, 0.99, 9.924843200918287},
		{3, 0.95, 3.1824463052837078}, {3, 0.99, 5.840909309733355},
		{4, 0.95, 2.7764451051977934}, {4, 0.99, 4.604094871349992},
		{5, 0.95, 2.5705818356363146}, {5, 0.99, 4.032142983555228},
		{9, 0.95, 2.262157162798205}, {9, 0.99, 3.249835541592126},
		{10, 0.95, 2.228138851986274}, {10, 0.99, 3.16927267261695},
		{19, 0.95, 2.0930240544083087}, {19, 0.99, 2.8609346064649794},
		{30, 0.95, 2.0422724563012378}, {30, 0.99, 2.7499956535672254},
		{99, 0.95, 1.9842169515864174}, {99, 0.99, 2.626405457280827},
		{100, 0.95, 1.9839715185235518}, {100, 0.99, 2.6258905214380173},
		{999, 0.95, 1.9623414611334493}, {999, 0.99, 2.5807596372676365},
		{9999, 0.95, 1.960201263621357}, {9999, 0.99, 2.5763210958565974},
		{7, 0, 0},
	} {
		if got := statistics.TQuantile(c.within, c.df); !near(got, c.want, 1e-11) && math.Abs(got-c.want) > 1e-300 {
			t.Errorf("TQuantile(%v, %d) = %v, wanted %v", c.within, c.df, got, c.want)
		}
	}
}

// TestWithin: the probabilities are those of scipy.stats.t.cdf.
func TestWithin(t *testing.T) {
	for _, c := range []struct {
		t    float64
		df   int
		want float64
	}{
		{0, 5, 0}, {0.5, 1, 0.2951672353008665}, {1, 2, 0.5773502691896257}, {2.5, 3, 0.9122933529919344},
		{3, 10, 0.9866563449774304}, {1.96, 1000, 0.9497268150442513}, {12, 4, 0.9997235714514969},
		{1e6, 1, 0.9999993633802275}, {4.2, 7, 0.99596444007478}, {math.Inf(1), 3, 1},
	} {
		if got := statistics.TWithin(c.t, c.df); !near(got, c.want, 1e-13) {
			t.Errorf("TWithin(%v, %d) = %v, wanted %v", c.t, c.df, got, c.want)
		}
	}
}

var (
	first  = []float64{0.9745, 0.9731, 0.9752, 0.9738, 0.9741, 0.9729}
	second = []float64{0.9761, 0.9755, 0.9749, 0.9760, 0.9758, 0.9751}
)

// TestInterval: the numbers are those of numpy and scipy.stats.t.interval.
func TestInterval(t *testing.T) {
	i := statistics.NewInterval(first)
	for name, c := range map[string][2]float64{
		"mean": {i.Mean, 0.9739333333333334}, "std": {i.Std, 0.0008640987597877146},
		"low": {i.Mean - i.Half, 0.9730265172984223}, "high": {i.Mean + i.Half, 0.9748401493682446},
	} {
		if !near(c[0], c[1], 1e-13) {
			t.Errorf("%s: %v, wanted %v", name, c[0], c[1])
		}
	}
	if one := statistics.NewInterval([]float64{3}); one.Mean != 3 || one.Half == one.Half || one.Std == one.Std {
		t.Errorf("of one number: %+v, wanted its mean and NaN", one)
	}
	if none := statistics.NewInterval(nil); none.Mean == none.Mean {
		t.Errorf("of none: %+v, wanted NaN", none)
	}
	if same := statistics.NewInterval([]float64{0.1, 0.1, 0.1}); same.Half > 1e-16 {
		t.Errorf("of equal numbers: %+v, wanted no width", same)
	}
}

// TestPaired: the numbers are those of scipy.stats.ttest_rel.
func TestPaired(t *testing.T) {
	p := statistics.NewPaired(first, second)
	for name, c := range map[string][2]float64{
		"t": {p.T, 4.011545001316503}, "p": {p.P, 0.010205885286349997},
		"low": {p.Mean - p.Half, 0.0005866999297872988}, "high": {p.Mean + p.Half, 0.002679966736879378},
	} {
		if !near(c[0], c[1], 1e-9) {
			t.Errorf("%s: %v, wanted %v", name, c[0], c[1])
		}
	}
	if same := statistics.NewPaired(first, first); same.P == same.P {
		t.Errorf("of equal numbers: p = %v, wanted NaN", same.P)
	}
}

// TestEvidence: the evidence is the noncentral t distribution's density (scipy.stats.nct), integrated numerically over
// normally distributed effects, over that without an effect.
func TestEvidence(t *testing.T) {
	want := map[float64][]float64{
		1:    {1.6083328927424902, 1.0948122168417227, 1.9857368183622246, 3.9461622629498523, 9.121317422422312},
		0.25: {1.2016364775917356, 1.1243530167835747, 1.567684797491485, 2.367302234057611, 3.967141554021291},
	}
	var differences []float64
	for i := range first {
		differences = append(differences, second[i]-first[i])
	}
	for spread, all := range want {
		s := statistics.Sequential{Level: 0.05, Spread: spread}
		for i, evidence := range all {
			if l := s.Look(differences[:i+2]); !near(l.Evidence, evidence, 1e-7) || l.Known {
				t.Errorf("spread %v, %d differences: %+v, wanted the evidence %v", spread, i+2, l, evidence)
			}
		}
	}
}

// TestLookBounds: an effect is known just when 0 is outside of the interval, whatever the unit of the differences.
func TestLookBounds(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 2))
	s := statistics.Usual()
	known := 0
	for range 2000 {
		n := 2 + random.IntN(30)
		differences, scaled := make([]float64, n), make([]float64, n)
		effect := random.NormFloat64()
		for i := range differences {
			differences[i] = effect + random.NormFloat64()
			scaled[i] = 1024 * differences[i]
		}
		l, other := s.Look(differences), s.Look(scaled)
		if l.Known != (math.Abs(l.Mean) >= l.Half) || l.Known != other.Known || !near(other.Evidence, l.Evidence, 1e-12) {
			t.Fatalf("%+v, and 1024 times as large %+v", l, other)
		}
		if l.Known {
			known++
		}
	}
	if known < 500 || known > 1500 {
		t.Errorf("%d of 2000 are known: the test says nothing", known)
	}
}

// TestLookDegenerate: differences that are all equal.
func TestLookDegenerate(t *testing.T) {
	s := statistics.Usual()
	for n, known := range map[int]bool{0: false, 1: false, 2: false, 4: false, 5: true} {
		ones := make([]float64, n)
		if l := s.Look(ones); l.Known || l.Evidence > 1 {
			t.Errorf("%d zeros: %+v", n, l)
		}
		for i := range ones {
			ones[i] = 1
		}
		if l := s.Look(ones); l.Known != known {
			t.Errorf("%d ones: %+v, wanted known: %t", n, l, known)
		}
	}
}

// outcomes looks at random differences of an effect after each of at most so many, until it knows.
func outcomes(effect float64, most, runs int) (known, wrongSign, seeds, missed int) {
	random := rand.New(rand.NewPCG(3, 4))
	s := statistics.Usual()
	differences := make([]float64, most)
	for range runs {
		outside := false
		n := 0
		for n < most {
			differences[n] = 0.002*effect + 0.002*random.NormFloat64()
			n++
			l := s.Look(differences[:n])
			outside = outside || math.Abs(l.Mean-0.002*effect) > l.Half
			if l.Known {
				known++
				if l.Mean < 0 {
					wrongSign++
				}
				break
			}
		}
		seeds += n
		if outside {
			missed++
		}
	}
	return known, wrongSign, seeds, missed
}

// TestErrorRate: where there is no effect, at most 5 % of tests ever see one, though they look after each of 200
// differences; and the interval misses the true mean no more often. A t test at the level of 5 % that is looked at so
// often is wrong far more often. Where there is an effect, the test finds it.
func TestErrorRate(t *testing.T) {
	const runs = 4000
	known, _, _, missed := outcomes(0, 200, runs)
	if rate := float64(known) / runs; rate > 0.05 || rate < 0.01 {
		t.Errorf("without an effect, %.4f of tests see one: wanted at most 0.05, and not much less", rate)
	}
	t.Logf("no effect: %.4f see one, %.4f of intervals miss", float64(known)/runs, float64(missed)/runs)
	for _, c := range []struct{ effect, power, seeds float64 }{{0.5, 0.65, 36}, {1, 0.99, 15}, {2, 1, 8}} {
		known, wrong, seeds, missed := outcomes(c.effect, 50, runs)
		power, mean := float64(known)/runs, float64(seeds)/runs
		if power < c.power || mean > c.seeds || float64(missed)/runs > 0.05 || float64(wrong)/runs > 0.005 {
			t.Errorf("effect %v: found by %.4f after %.1f differences, %d with the wrong sign, %d intervals miss",
				c.effect, power, mean, wrong, missed)
		}
		t.Logf("effect %v: found by %.4f, after %.1f differences", c.effect, power, mean)
	}
	looked := 0
	random := rand.New(rand.NewPCG(5, 6))
	for range 500 {
		a, b := make([]float64, 50), make([]float64, 50)
		for i := range b {
			b[i] = random.NormFloat64()
			if i > 0 && statistics.NewPaired(a[:i+1], b[:i+1]).P < 0.05 {
				looked++
				break
			}
		}
	}
	if looked < 500/5 {
		t.Errorf("of t tests that are looked at 50 times %d of 500 see an effect, wanted far more than 5 %%", looked)
	}
}
