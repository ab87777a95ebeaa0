package compare

import "math/big"

// McNemar is the test of whether one of two models is right more often than the other (McNemar, Psychometrika 12, 1947;
// for classifiers on one test set Dietterich, Neural Computation 10, 1998). Only the samples count on which one of the
// two is right and the other wrong. If the models were equally good, each of these would be a toss of a coin, so the
// test is exact with the binomial distribution; no approximation by chi-squared is needed.
type McNemar struct {
	OnlyFirst  int `json:"only_first"`  // samples on which only the first model is right
	OnlySecond int `json:"only_second"` // samples on which only the second model is right

	// P is the probability, if both are equally good, of a result as uneven as this one or more so, in either direction.
	P float64 `json:"p"`
	// Worse is the probability, if both are equally good, that the second does as badly as it did, or worse.
	Worse float64 `json:"p_worse"`
}

// Level is the probability below which a difference is taken for real.
const Level = 0.05

// newMcNemar returns the test of these counts.
func newMcNemar(onlyFirst, onlySecond int) McNemar {
	n := onlyFirst + onlySecond
	tail, _ := atMost(min(onlyFirst, onlySecond), n).Float64()
	worse, _ := atMost(onlySecond, n).Float64()
	return McNemar{OnlyFirst: onlyFirst, OnlySecond: onlySecond, P: min(1, 2*tail), Worse: worse}
}

// atMost returns the probability of k heads or fewer among n tosses of a coin: the sum over i <= k of n! / (i! (n-i)! 2^n).
// Each term follows from the one before. With 192 bits, the result is right to the last bit of a float64 for any n that
// a data set can have, and the same on every machine.
func atMost(k, n int) *big.Float {
	const bits = 192
	number := func(x int) *big.Float { return new(big.Float).SetPrec(bits).SetInt64(int64(x)) }
	term := number(1)
	term.SetMantExp(term, -n)
	sum := new(big.Float).Copy(term)
	for i := range k {
		term.Mul(term, number(n-i))
		term.Quo(term, number(i+1))
		sum.Add(sum, term)
	}
	return sum
}
