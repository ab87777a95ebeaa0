package space

import (
	"math"
	"testing"
)

// Points of the method sobol are spread more evenly than random ones: their centered L2 discrepancy (Hickernell,
// Mathematics of Computation 67, 1998) is smaller.
func TestSobolIsEven(t *testing.T) {
	text := "\nrun_cap: 64\nparameters: {label_smoothing: {min: 0.0, max: 0.99}, validation_split: {min: 0.01, max: 0.99}, " +
		"optimizer.beta_1: {min: 0.0, max: 0.99}}\n"
	spread := func(method string) float64 {
		s := load(t, "method: "+method+text)
		points := make([][]float64, s.Settings)
		for n := range points {
			p, err := s.Point(n)
			if err != nil {
				t.Fatal(err)
			}
			for i, v := range p.Values {
				for _, x := range s.axes {
					if x.Key == p.Values[i].Key {
						u, _ := x.Cell(v.Text)
						points[n] = append(points[n], u)
					}
				}
			}
		}
		return discrepancy(points)
	}
	if sobol, random := spread("sobol"), spread("random"); sobol > random/2 {
		t.Errorf("discrepancies: sobol %v, random %v", sobol, random)
	}
}

// discrepancy returns the centered L2 discrepancy of points.
func discrepancy(points [][]float64) float64 {
	n := float64(len(points))
	sum, sums := 0.0, 0.0
	for _, x := range points {
		product := 1.0
		for _, v := range x {
			d := math.Abs(v - 0.5)
			product *= 1 + d/2 - d*d/2
		}
		sum += product
		for _, y := range points {
			product := 1.0
			for i := range x {
				product *= 1 + math.Abs(x[i]-0.5)/2 + math.Abs(y[i]-0.5)/2 - math.Abs(x[i]-y[i])/2
			}
			sums += product
		}
	}
	return math.Sqrt(math.Pow(13.0/12, float64(len(points[0]))) - 2/n*sum + sums/n/n)
}
