package exact

import (
	"math"
	"testing"
)

func TestSinCos(t *testing.T) {
	for d := float32(-360); d <= 360; d += 0.37 {
		sin, cos := SinCos(d)
		radians := float64(d) * math.Pi / 180
		if math.Abs(float64(sin)-math.Sin(radians)) > 1e-7 || math.Abs(float64(cos)-math.Cos(radians)) > 1e-7 {
			t.Fatalf("%g degrees: sine %g and cosine %g, wanted %g and %g",
				d, sin, cos, math.Sin(radians), math.Cos(radians))
		}
	}
	for d, want := range map[float32][2]float32{0: {0, 1}, 90: {1, 0}, 180: {0, -1}, 270: {-1, 0}, -90: {-1, 0},
		-180: {0, -1}} {
		if sin, cos := SinCos(d); sin != want[0] || cos != want[1] {
			t.Errorf("%g degrees: sine %g and cosine %g, wanted exactly %v", d, sin, cos, want)
		}
	}
}
