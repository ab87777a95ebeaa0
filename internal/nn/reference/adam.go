package reference

import "math"

// Adam is Keras's Adam (Kingma and Ba, arXiv:1412.6980, in the form at the end of section 2). For every element of
// every parameter, in step t = 1, 2, …:
//
//	m = m + (g - m) (1 - beta_1)            a running mean of the gradients
//	v = v + (g^2 - v) (1 - beta_2)          and of their squares
//	p = p - rate sqrt(1 - beta_2^t) / (1 - beta_1^t) m / (sqrt(v) + epsilon)
type Adam struct {
	Beta1, Beta2, Epsilon float64

	step int
	m, v [][]float64
}

// Step updates the parameters by one step.
func (a *Adam) Step(params, gradient [][]float64, rate float64) {
	if a.step == 0 {
		a.m, a.v = like(params), like(params)
	}
	a.step++
	rate *= math.Sqrt(1-math.Pow(a.Beta2, float64(a.step))) / (1 - math.Pow(a.Beta1, float64(a.step)))
	for i := range params {
		for j, g := range gradient[i] {
			m, v := &a.m[i][j], &a.v[i][j]
			*m += (g - *m) * (1 - a.Beta1)
			*v += (g*g - *v) * (1 - a.Beta2)
			params[i][j] -= rate * *m / (math.Sqrt(*v) + a.Epsilon)
		}
	}
}
