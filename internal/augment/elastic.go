package augment

import (
	"math"
	"math/rand/v2"

	"dnn/internal/exact"
	"dnn/internal/setting"
)

// Elastic is a displacement of each pixel by two fields of noise, one along rows and one along columns. A field is uniform
// noise in [-1, 1] at each pixel, and none outside of the image, smoothed by a Gaussian of standard deviation Sigma pixels
// whose sum is 1, and multiplied by Alpha. Away from the border its standard deviation is Alpha / (Sigma sqrt(12 pi)) pixels.
type Elastic struct {
	Alpha float64
	Sigma float64 // pixels
}

func newElastic() *Elastic { return &Elastic{Sigma: 4} }

// Group is elastic.
func (e *Elastic) Group() (name, doc string) {
	return "elastic", "A smooth random field of displacements (Simard, Steinkraus and Platt, 2003)."
}

// Settings returns factor and width of the field. Sigma is bounded below too: noise that is smoothed by less is as good as
// not smoothed.
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

func (e *Elastic) purpose() string { return purposeOfMoves }

// move draws the bumps of x and of y.
func (e *Elastic) move(stream *rand.PCG, c coefficients) {
	skip(stream, 4) // those of Affine and Flips
	for i := bumps * c.across; i < len(c.x); i += c.across {
		for j := i + bumps; j < i+c.across; j++ {
			c.x[j], c.y[j] = signed(stream, e.Alpha)
		}
	}
}

// leastKnots keeps the field from being a single bump where sigma is as wide as the image.
const leastKnots = 3

// functions returns the bumps of one axis; there are none without a displacement.
//
// Noise at every pixel would need a bump for each. But the Gaussian leaves of noise only what is wider than itself, so
// noise that is constant over cells of sigma pixels looks the same once it is smoothed. The bumps stand in the middle of
// such cells. They are sqrt(d) G(x - knot), where d is the cells' width and G the Gaussian with the sum 1: the field at x
// then has the variance sum over the knots of d G(x - knot)^2, which is that of noise at each pixel, sum of
// G(x - pixel)^2, but for 2 exp(-pi^2) of it.
func (e *Elastic) functions(size int) (all [][]float32) {
	if e.Alpha == 0 {
		return nil
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
		all = append(all, bump)
	}
	return all
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
