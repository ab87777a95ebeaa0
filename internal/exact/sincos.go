package exact

import "math"

// SinCos returns the sine and the cosine of an angle. It subtracts the nearest multiple of 90 degrees, and sums Taylor
// series of the rest with an error of 1e-11, nested as 1 - z/(1*2) (1 - z/(3*4) (1 - ...)).
func SinCos(degrees float32) (sin, cos float32) {
	quarter := math.Round(float64(degrees) / 90)
	x := (float64(degrees) - float64(quarter*90)) * (math.Pi / 180)
	z := float64(x * x)
	s, c := 1.0, 1.0
	for i := 12.0; i > 0; i -= 2 {
		s = 1 - float64(float64(z/(i*(i+1)))*s)
		c = 1 - float64(float64(z/(i*(i-1)))*c)
	}
	sin, cos = float32(x*s), float32(c)
	switch int(quarter) & 3 {
	case 1:
		return cos, -sin
	case 2:
		return -sin, -cos
	case 3:
		return -cos, sin
	}
	return sin, cos
}
