package augment

import (
	"math"

	"dnn/internal/exact"
)

// bumps is where the bumps begin among the functions of a basis; before them come the constant and the distance from the
// center.
const bumps = 2

// leastKnots keeps the field from being a single bump where sigma is as wide as the image.
const leastKnots = 3

// newBasis returns the functions of one axis that the points of an image are sums of, each at that many pixels: 1, the
// distance from the center, and, if there is an elastic displacement, the bumps.
//
// Noise at every pixel would need a bump for each. But the Gaussian leaves of noise only what is wider than itself, so
// noise that is constant over cells of sigma pixels looks the same once it is smoothed. The bumps stand in the middle of
// such cells. They are sqrt(d) G(x - knot), where d is the cells' width and G the Gaussian with the sum 1: the field at x
// then has the variance sum over the knots of d G(x - knot)^2, which is that of noise at each pixel, sum of G(x - pixel)^2, but for
// 2 exp(-pi^2) of it.
func newBasis(size int, e Elastic) [][]float32 {
	constant, distance := make([]float32, size), make([]float32, size)
	for i := range size {
		constant[i], distance[i] = 1, float32(i)-center(size)
	}
	basis := [][]float32{constant, distance}
	if e.Alpha == 0 {
		return basis
	}
	knots := min(size, max(leastKnots, int(math.Ceil(float64(size)/max(1, e.Sigma)))))
	width := float64(size) / float64(knots)
	scale := math.Sqrt(width) / gaussianSum(e.Sigma)
	for k := range knots {
		knot := float64((float64(k)+0.5)*width) - 0.5
		bump := make([]float32, size)
		for i := range bump {
			bump[i] = float32(scale * gaussian(float64(i)-knot, e.Sigma))
		}
		basis = append(basis, bump)
	}
	return basis
}

// gaussian returns exp(-x^2 / 2 sigma^2).
func gaussian(x, sigma float64) float64 {
	z := x / sigma
	return float64(exact.Exp(float32(-0.5 * z * z)))
}

// gaussianSum returns the sum of the Gaussian over all integers. From sigma = 1 on it is the integral, to within 6e-9.
func gaussianSum(sigma float64) float64 {
	if sigma >= 1 {
		return sigma * math.Sqrt(2*math.Pi)
	}
	sum := 1.0
	for i := 1; i < 10; i++ {
		sum += float64(2 * gaussian(float64(i), sigma))
	}
	return sum
}

// center returns the middle of that many pixels, whose coordinates begin at 0.
func center(size int) float32 { return float32(size-1) / 2 }
