package augment

import (
	"math"

	"dnn/internal/exact"
	"dnn/internal/setting"
)

// Elastic displaces each pixel by a smooth random field, with one component along rows and one along columns. A
// component is uniform noise in [-1, 1] at each pixel of the image and 0 outside, smoothed by a Gaussian of standard
// deviation Sigma and sum 1, and multiplied by Alpha. Away from the border its standard deviation is Alpha / (Sigma
// sqrt(12 pi)) pixels.
type Elastic struct {
	Alpha float64 // pixels
	Sigma float64 // pixels
}

func newElastic() *Elastic { return &Elastic{Sigma: 4} }

// Group returns "elastic".
func (e *Elastic) Group() (name, doc string) {
	return "elastic", "A smooth random field of displacements (Simard, Steinkraus and Platt, 2003)."
}

// Settings returns factor and width of the field. Sigma has a lower bound, since a narrower Gaussian does not smooth at
// all.
func (e *Elastic) Settings() []setting.Setting {
	return []setting.Setting{
		{Name: "alpha", Value: &e.Alpha, Bounds: setting.From(0, 10_000), Example: "34",
			Doc:    "Factor of the field, which is noise from -1 to 1 before it is smoothed; 0: none.",
			Advice: "34 with a sigma of 6 for digits of 28 x 28 pixels: what helps them most."},
		{Name: "sigma", Value: &e.Sigma, Bounds: setting.From(0.25, 100), Example: "6",
			Doc:    "Standard deviation of the Gaussian that smoothes it, in pixels.",
			Advice: "4 to 8: less crumples the image, more only moves it."},
	}
}

// move sets the coefficients of the bumps.
func (e *Elastic) move(numbers pairs, c coefficients) {
	numbers = numbers.from(affinePairs)
	for i := firstBump * c.across; i < len(c.x); i += c.across {
		x, y := c.x[i+firstBump:i+c.across], c.y[i+firstBump:i+c.across]
		for j := range x {
			x[j], y[j] = numbers.signed(j, e.Alpha)
		}
		numbers = numbers.from(len(x))
	}
}

// minKnots keeps the field from being a single bump if sigma is as wide as the image.
const minKnots = 3

// functions returns the bumps of one axis. There are none if Alpha is 0.
//
// Noise at every pixel would need a bump for each pixel. But smoothing removes from the noise all that is narrower than
// the Gaussian, so noise that is constant over cells of sigma pixels looks the same afterwards. There is a bump in the
// middle of each such cell: sqrt(d) G(x - knot), where d is the width of a cell and G the Gaussian of sum 1. The
// variance of the field at x, the sum of d G(x - knot)^2 over all knots, then differs from that of noise at each pixel,
// the sum of G(x - pixel)^2 over all pixels, by 2 exp(-pi^2) of it only.
func (e *Elastic) functions(size int) (all [][]float32) {
	if e.Alpha == 0 {
		return nil
	}
	knots := min(size, max(minKnots, int(math.Ceil(float64(size)/max(1, e.Sigma)))))
	width := float64(size) / float64(knots)
	scale := math.Sqrt(width) / gaussianSum(e.Sigma)
	for k := range knots {
		knot := float64((float64(k)+0.5)*width) - 0.5
		bump := make([]float32, size)
		for i := range bump {
			bump[i] = float32(scale * gaussian(float64(i)-knot, e.Sigma))
		}
		all = append(all, bump)
	}
	return all
}

// gaussian returns exp(-x^2 / 2 sigma^2).
func gaussian(x, sigma float64) float64 {
	z := x / sigma
	return float64(exact.Exp(float32(-0.5 * z * z)))
}

// gaussianSum returns the sum of the Gaussian over all integers. For sigma >= 1 the integral equals it within 6e-9.
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
