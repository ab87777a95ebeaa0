package sampler

import (
	"math"
	"testing"

	"gonum.org/v1/gonum/stat/distuv"
)

func TestNormalQuantile(t *testing.T) {
	for i := 1; i < 2000; i++ {
		for _, u := range []float64{float64(i) / 2000, math.Pow(2, -float64(i)/40), 1 - math.Pow(2, -float64(i)/40)} {
			if u <= 0 || u >= 1 {
				continue
			}
			z, want := normalQuantile(u), distuv.UnitNormal.Quantile(u)
			if math.Abs(z-want) > 1e-13*(1+math.Abs(want)) {
				t.Fatalf("%v: %v, wanted %v", u, z, want)
			}
		}
	}
	// The same bits everywhere.
	for u, want := range map[float64]uint64{0.1: 0xbff4813c36e26d34, 0.6: 0x3fd036d6c4a04b5a, 1e-9: 0xc017fdc11f44b5a7} {
		if found := math.Float64bits(normalQuantile(u)); found != want {
			t.Errorf("%v: %#x, wanted %#x", u, found, want)
		}
	}
}
