package statistics

import (
	"math"

	"dnn/internal/exact"
)

// Sequential is a test of whether the mean of normal differences is 0 that may be looked at after each of them, and
// stopped as soon as it knows. It multiplies evidence: the likelihood ratio of the t statistic between effects (mean
// over standard deviation) drawn from a normal distribution of variance Spread, and no effect (Gönen, Johnson, Lu and
// Westfall, The American Statistician 59, 2005). If there is no effect, that ratio is a martingale whatever the
// standard deviation is, so by Ville's inequality the probability that it ever reaches 1/Level, in any number of looks,
// is at most Level (Lai, Annals of Statistics 4, 1976; Wang and Ramdas, arXiv:2310.03722).
type Sequential struct {
	Level  float64 // probability of seeing an effect where there is none, above 0
	Spread float64 // variance of the effects that the test is best at, above 0
}

// Usual is the test at the level of 5 % for effects about as large as the standard deviation.
func Usual() Sequential { return Sequential{Level: 1 - Confidence, Spread: 1} }

// Look is what a sequential test says after some differences.
type Look struct {
	Count     int
	Mean, Std float64
	Evidence  float64 // the likelihood ratio: how many times likelier the differences are with an effect
	Half      float64 // Mean +- Half holds the true mean, in all looks at once, with 1 - Level; +Inf: nothing is known yet
	Known     bool    // whether there is an effect, of the sign of Mean
}

// Look returns what the test says of the differences so far.
func (s Sequential) Look(differences []float64) Look {
	n := float64(len(differences))
	l := Look{Count: len(differences), Evidence: 1, Half: math.Inf(1)}
	l.Mean, l.Std = Moments(differences)
	if n < 2 {
		return l
	}
	k := 1 / (1 + float64(n*s.Spread))
	// growth is (1+r)/(1+kr) for r = t²/(n-1) = n mean²/((n-1) std²).
	distance, scatter := float64(n*float64(l.Mean*l.Mean)), float64((n-1)*float64(l.Std*l.Std))
	growth := 1.0
	if distance > 0 {
		growth = (scatter + distance) / (scatter + float64(k*distance))
	}
	l.Evidence = math.Sqrt(k) * exact.Power(growth, n/2)
	l.Known = l.Evidence >= 1/s.Level
	// The means that the test would not reject are those with a growth below this one.
	q := exact.Power(1/(s.Level*s.Level*k), 1/n)
	if q*k < 1 {
		l.Half = l.Std * math.Sqrt((n-1)*(q-1)/(1-q*k)/n)
	}
	return l
}
