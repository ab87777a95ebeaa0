package exact

import (
	"math"
	"math/big"
	"math/rand/v2"
	"testing"
)

func TestFMARoundsOnce(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 2))
	random := func() float32 {
		for {
			if x := math.Float32frombits(rng.Uint32()); !math.IsNaN(float64(x)) && !math.IsInf(float64(x), 0) {
				return x
			}
		}
	}
	check := func(a, b, c float32) {
		t.Helper()
		sum := new(big.Float).SetPrec(2000).Mul(big.NewFloat(float64(a)), big.NewFloat(float64(b)))
		sum.SetPrec(2000).Add(sum, big.NewFloat(float64(c)))
		want, _ := sum.Float32()
		if got := FMA(a, b, c); got != want {
			t.Fatalf("FMA(%x, %x, %x) = %x, wanted %x", a, b, c, got, want)
		}
	}
	rounds := 200_000
	if testing.Short() {
		rounds = 5_000
	}
	for range rounds {
		check(random(), random(), random())
		// Operands of few bits meet half-way points often.
		a := float32(rng.IntN(1<<12)+1<<12) * float32(math.Exp2(float64(rng.IntN(60)-30)))
		b := float32(rng.IntN(1<<13)+1<<12) * float32(math.Exp2(float64(rng.IntN(60)-30)))
		c := float32(rng.IntN(1<<24)) * float32(math.Exp2(float64(rng.IntN(80)-60)))
		check(a, b, c)
		check(a, b, -c)
		check(a*0x1p-75, b*0x1p-75, c*0x1p-120) // results below the normal numbers
	}
	check(1+0x1p-23, 1+0x1p-23, 0x1p-60) // float64 rounds the rest away, and the result with it
	check(0x1p-149, 0x1p-149, 0x1p-149)
}

func TestExpWithinOneUlp(t *testing.T) {
	stride := uint32(97)
	if testing.Short() {
		stride = 9973
	}
	worst := 0.0
	for bits := uint32(0); bits < 0x7f800000; bits += stride {
		for _, x := range []float32{math.Float32frombits(bits), -math.Float32frombits(bits)} {
			got, want := float64(Exp(x)), math.Exp(float64(x))
			if x > ExpMax || x < ExpMin {
				continue
			}
			ulp := float64(math.Nextafter32(float32(want), math.MaxFloat32) - float32(want))
			worst = max(worst, math.Abs(got-want)/ulp)
		}
	}
	t.Logf("largest error: %.3f ulp", worst)
	if worst > 1 {
		t.Errorf("largest error %.3f ulp, wanted at most 1", worst)
	}
	inf := float32(math.Inf(1))
	for x, want := range map[float32]float32{0: 1, 89: inf, -88: 0, inf: inf, -inf: 0} {
		if got := Exp(x); got != want {
			t.Errorf("Exp(%v) = %v, wanted %v", x, got, want)
		}
	}
	if nan := float32(math.NaN()); Exp(nan) == Exp(nan) {
		t.Error("Exp(NaN) is not NaN")
	}
}
