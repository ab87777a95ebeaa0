package sampler

import (
	"math"

	"dnn/internal/exact"
)

// normalQuantile returns the z below which a standard normal variable is with probability u, for 0 < u < 1, with a
// relative error of about 1e-15: rational functions of (u - 1/2)^2 in the middle, and of sqrt(-log u) in the tails
// (Wichura, algorithm AS 241, Applied Statistics 37, 1988). It has the same bits on every machine.
func normalQuantile(u float64) float64 {
	q := u - 0.5
	if q > -0.425 && q < 0.425 {
		r := 0.180625 - float64(q*q)
		return q * polynomial(r, centralAbove) / polynomial(r, centralBelow)
	}
	tail := min(u, 1-u)
	r := math.Sqrt(-exact.Log64(tail))
	var z float64
	if r <= 5 {
		z = polynomial(r-1.6, middleAbove) / polynomial(r-1.6, middleBelow)
	} else {
		z = polynomial(r-5, farAbove) / polynomial(r-5, farBelow)
	}
	if q < 0 {
		return -z
	}
	return z
}

// polynomial returns the sum of c[i] x^i. The conversions keep Go from fusing a product and a sum.
func polynomial(x float64, c [8]float64) float64 {
	sum := c[7]
	for i := 6; i >= 0; i-- {
		sum = float64(sum*x) + c[i]
	}
	return sum
}

// The coefficients of AS 241's PPND16, from x^0 to x^7: numerators and denominators.
var (
	centralAbove = [8]float64{3.3871328727963666080, 133.14166789178437745, 1971.5909503065514427, 13731.693765509461125,
		45921.953931549871457, 67265.770927008700853, 33430.575583588128105, 2509.0809287301226727}
	centralBelow = [8]float64{1, 42.313330701600911252, 687.18700749205790830, 5394.1960214247511077,
		21213.794301586595867, 39307.895800092710610, 28729.085735721942674, 5226.4952788528545610}
	middleAbove = [8]float64{1.42343711074968357734, 4.63033784615654529590, 5.76949722146069140550,
		3.64784832476320460504, 1.27045825245236838258, 0.241780725177450611770, 0.0227238449892691845833,
		7.74545014278341407640e-4}
	middleBelow = [8]float64{1, 2.05319162663775882187, 1.67638483018380384940, 0.689767334985100004550,
		0.148103976427480074590, 0.0151986665636164571966, 5.47593808499534494600e-4, 1.05075007164441684324e-9}
	farAbove = [8]float64{6.65790464350110377720, 5.46378491116411436990, 1.78482653991729133580,
		0.296560571828504891230, 0.0265321895265761230930, 0.00124266094738807843860, 2.71155556874348757815e-5,
		2.01033439929228813265e-7}
	farBelow = [8]float64{1, 0.599832206555887937690, 0.136929880922735805310, 0.0148753612908506148525,
		7.86869131145613259100e-4, 1.84631831751005468180e-5, 1.42151175831644588870e-7,
		2.04426310338993978564e-15}
)

// NormalBelow returns the probability that a standard normal variable is below z, within 1e-7.
func NormalBelow(z float64) float64 {
	p, _ := exact.Normal(float32(z))
	return float64(p)
}
