// Package statistics says how sure a mean is: Student's interval for the mean of a sample, his test of paired
// differences, and a test that may be looked at after each new pair. It knows numbers only.
//
// The results are the same on any machine: package exact has the logarithms, and Student's distribution is summed from
// its finite series.
package statistics

import "math"

// Confidence is how often, in the long run, an Interval holds what it is about.
const Confidence = 0.95

// Interval is the mean of a sample with Student's confidence interval: of independent samples of a normal distribution,
// 95 % of the intervals hold its mean (Student, Biometrika 6, 1908).
type Interval struct {
	Count int     // of the sample
	Mean  float64 // NaN: the sample is empty, or holds one
	Std   float64 // the standard deviation, with Count - 1 in its denominator; NaN below 2 numbers
	Half  float64 // the interval is from Mean - Half to Mean + Half; NaN below 2 numbers
}

// NewInterval returns the interval of the mean of values.
func NewInterval(values []float64) Interval {
	mean, std := Moments(values)
	n := len(values)
	i := Interval{Count: n, Mean: mean, Std: std, Half: math.NaN()}
	if n > 1 {
		i.Half = float64(TQuantile(Confidence, n-1)*std) / math.Sqrt(float64(n))
	}
	return i
}

// Moments returns the mean and the standard deviation, with n-1 in its denominator, of n values. Of no value the mean,
// and of fewer than two the deviation, is NaN.
func Moments(values []float64) (mean, std float64) {
	n := float64(len(values))
	for _, v := range values {
		mean += v
	}
	mean /= n
	var squares, rest float64
	for _, v := range values {
		d := v - mean
		squares += float64(d * d)
		rest += d // 0 but for rounding, which it takes back
	}
	if len(values) < 2 {
		return mean, math.NaN()
	}
	return mean, math.Sqrt(max(0, (squares-float64(rest*rest)/n)/(n-1)))
}

// Paired is Student's test of whether the mean of paired differences is 0.
type Paired struct {
	Interval         // of the mean difference
	T        float64 // its distance from 0 in standard errors; NaN below 2 pairs, or if all differences are 0
	P        float64 // the probability of such a distance or a larger one, were the mean 0; NaN where T is
}

// NewPaired returns the test of the differences b[i] - a[i]. Both must be of the same length.
func NewPaired(a, b []float64) Paired {
	differences := make([]float64, len(a))
	for i := range a {
		differences[i] = b[i] - a[i]
	}
	p := Paired{Interval: NewInterval(differences)}
	p.T = p.Mean / (p.Std / math.Sqrt(float64(p.Count)))
	p.P = math.NaN()
	if p.T == p.T {
		p.P = 1 - TWithin(math.Abs(p.T), p.Count-1)
	}
	return p
}
