package augment

import (
	"math"
	"testing"

	"dnn/internal/nn/kernel"
)

// directCovariance returns how the noise at two pixels of an axis goes together once it is smoothed, by definition:
// noise at every pixel, times a Gaussian with the sum 1.
func directCovariance(size int, sigma float64, i, j int) float64 {
	sum, far := 0.0, int(10*sigma)+10
	for n := -far; n <= far; n++ {
		sum += math.Exp(-float64(n*n) / (2 * sigma * sigma))
	}
	covariance := 0.0
	for p := range size {
		a, b := float64(i-p)/sigma, float64(j-p)/sigma
		covariance += math.Exp(-a*a/2-b*b/2) / (sum * sum)
	}
	return covariance
}

// The bumps give the field that noise at each pixel gives: the same standard deviation at every pixel, and the same
// correlation between any two.
func TestBumpsAreSmoothedNoise(t *testing.T) {
	for _, size := range []int{28, 20, 7} {
		for _, sigma := range []float64{0.25, 0.5, 1, 1.5, 2, 3, 4, 5, 6, 8, 10, 14, 28, 100} {
			basis := newBasis(size, Distortions{&Elastic{1, sigma}})[firstBump:]
			variance := directCovariance(size, sigma, size/2, size/2)
			worst := 0.0
			for i := range size {
				for j := range size {
					got := 0.0
					for _, b := range basis {
						got += float64(b[i]) * float64(b[j])
					}
					worst = max(worst, math.Abs(got-directCovariance(size, sigma, i, j))/variance)
				}
			}
			t.Logf("%d pixels, sigma %g: %d bumps, covariance off by %.2g of the variance in the middle",
				size, sigma, len(basis), worst)
			if worst > 0.03 {
				t.Errorf("%d pixels, sigma %g: covariance off by %.2g of the variance in the middle",
					size, sigma, worst)
			}
		}
	}
}

// Displacements as they are drawn: no mean, the standard deviation of the definition, the same along rows and columns
// and independent of each other, and near neighbors go together as they should.
func TestElasticField(t *testing.T) {
	const size, samples = 28, 4000
	e := Elastic{34, 6}
	a := New(Distortions{&e}, size, size, 1, 1)
	k, m := kernel.Available()[0], a.workspaces[0]
	at := func(r, c int) int { return r*size + c }
	pairs := []struct{ r, c, r2, c2 int }{
		{14, 14, 14, 14}, {14, 14, 14, 20}, {14, 14, 20, 14}, {14, 14, 8, 8}, {14, 14, 14, 27}, {0, 0, 0, 0},
		{0, 14, 6, 14}, {3, 5, 9, 1},
	}
	xx, yy, xy, x := make([]float64, len(pairs)), make([]float64, len(pairs)), make([]float64, len(pairs)),
		make([]float64, len(pairs))
	for sample := range samples {
		a.draw(m, sample)
		a.points(k, m)
		for i, p := range pairs {
			dx, dy := float64(m.x[at(p.r, p.c)])-float64(p.c), float64(m.y[at(p.r, p.c)])-float64(p.r)
			dx2, dy2 := float64(m.x[at(p.r2, p.c2)])-float64(p.c2), float64(m.y[at(p.r2, p.c2)])-float64(p.r2)
			x[i] += dx / samples
			xx[i] += dx * dx2 / samples
			yy[i] += dy * dy2 / samples
			xy[i] += dx * dy2 / samples
		}
	}
	cov := func(r, c, r2, c2 int) float64 {
		return e.Alpha * e.Alpha / 3 * directCovariance(size, e.Sigma, r, r2) * directCovariance(size, e.Sigma, c, c2)
	}
	sd, want := math.Sqrt(cov(14, 14, 14, 14)), e.Alpha/(e.Sigma*math.Sqrt(12*math.Pi))
	if math.Abs(sd-want) > 0.03*want {
		t.Errorf("the definition's standard deviation is %g, the doc's %g", sd, want)
	}
	for i, p := range pairs {
		want := cov(p.r, p.c, p.r2, p.c2)
		// Of two normal variables' product the variance is v1 v2 + cov^2.
		tolerance := 5*math.Sqrt((cov(p.r, p.c, p.r, p.c)*cov(p.r2, p.c2, p.r2, p.c2)+want*want)/samples) +
			0.03*cov(14, 14, 14, 14)
		if math.Abs(xx[i]-want) > tolerance || math.Abs(yy[i]-want) > tolerance {
			t.Errorf("%v: covariance %g of x and %g of y, wanted %g +- %g", p, xx[i], yy[i], want, tolerance)
		}
		if math.Abs(xy[i]) > tolerance {
			t.Errorf("%v: covariance of x and y %g, wanted 0 +- %g", p, xy[i], tolerance)
		}
		if math.Abs(x[i]) > 5*math.Sqrt(cov(p.r, p.c, p.r, p.c)/samples) {
			t.Errorf("%v: mean %g", p, x[i])
		}
	}
}
