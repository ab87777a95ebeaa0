package augment

import (
	"math"
	"testing"

	"dnn/internal/random"
)

func TestMatrix(t *testing.T) {
	for _, c := range []struct {
		name           string
		a              affineMap
		x, y           bool // flips
		xu, xv, yu, yv float32
	}{
		{"nothing", affineMap{}, false, false, 1, 0, 0, 1},
		{"a quarter turn", affineMap{rotation: 90}, false, false, 0, -1, 1, 0},
		{"scale", affineMap{scaleX: 0.5, scaleY: -0.25}, false, false, 1.5, 0, 0, 0.75},
		{"shear", affineMap{shear: 0.25}, false, false, 1, 0.25, 0, 1},
		{"flips", affineMap{scaleX: 0.5, shear: 0.25}, true, true, -1.5, -0.25, 0, -1},
		{"a flip, then a quarter turn", affineMap{rotation: 90}, true, false, 0, -1, -1, 0},
		{"shear, then a quarter turn", affineMap{shear: 0.25, rotation: 90}, false, false, 0, -1, 1, 0.25},
	} {
		to := coefficients{[]float32{0, 1, 0, 0}, []float32{0, 0, 1, 0}, 2}
		c.a.applyTo(to)
		to.mirror(c.x, c.y)
		if xu, xv, yu, yv := to.x[1], to.x[2], to.y[1], to.y[2]; xu != c.xu || xv != c.xv || yu != c.yu || yv != c.yv {
			t.Errorf("%s: got %g %g / %g %g, wanted %g %g / %g %g", c.name, xu, xv, yu, yv, c.xu, c.xv, c.yu, c.yv)
		}
	}
}

// Every parameter is uniform from minus to plus its range, and none is correlated with another.
func TestDrawAffine(t *testing.T) {
	r := Affine{Shift: 2, Rotation: 10, Scale: 0.1, Shear: 0.3}
	most := []float64{2, 2, 10, 0.1, 0.1, 0.3}
	const n = 20000
	var sums, squares [6]float64
	var products [6][6]float64
	numbers := make(pairs, 2*affinePairs)
	for sample := range n {
		random.NewKey(1, moves, 2).At(sample).Bits(numbers)
		a := r.draw(numbers)
		values := [6]float64{float64(a.shiftX), float64(a.shiftY), float64(a.rotation), float64(a.scaleX),
			float64(a.scaleY), float64(a.shear)}
		for i, v := range values {
			v /= most[i]
			if v < -1 || v > 1 {
				t.Fatalf("figure %d is %g times its range", i, v)
			}
			sums[i] += v
			squares[i] += v * v
			for j := range i {
				products[i][j] += v * values[j] / most[j]
			}
		}
	}
	// Five standard errors: of the mean, of the mean square (4/45 is a square's variance), of the mean product.
	for i := range most {
		if mean := sums[i] / n; math.Abs(mean) > 5*math.Sqrt(1.0/3/n) {
			t.Errorf("figure %d: the mean is %g", i, mean)
		}
		if square := squares[i] / n; math.Abs(square-1.0/3) > 5*math.Sqrt(4.0/45/n) {
			t.Errorf("figure %d: the mean square is %g, wanted 1/3", i, square)
		}
		for j := range i {
			if product := products[i][j] / n; math.Abs(product) > 5*math.Sqrt(1.0/9/n) {
				t.Errorf("figures %d and %d: the mean product is %g", i, j, product)
			}
		}
	}
}
