// Package sampler draws values of parameters: at random, from Sobol's sequence, or from what was observed, with the
// same bits on every machine. It knows values as texts, and nothing of what they are for.
package sampler

import (
	"math"
	"slices"
	"strconv"

	"dnn/internal/exact"
)

// Axis is a parameter as a sampler sees it: every value has its place between 0 and 1, so that numbers that are uniform
// there have the parameter's distribution. A grid, a random number, a point of Sobol's sequence and a Parzen estimator
// differ only in which places they take.
type Axis struct {
	Key   string
	Texts []string  // the values, if they are listed; else the axis has numbers
	UpTo  []float64 // of listed values, the place at which each ends; the last one is 1

	Show    func(float64) string // writes a number
	Normal  bool                 // a normal distribution; else a uniform one
	Log     bool                 // of the logarithm
	A, B    float64              // the ends of the uniform distribution, or mean and deviation of the normal one
	From    float64              // of the normal distribution, the share that is below Low
	Share   float64              // and the share between Low and High
	Low     float64              // no number is below it
	High    float64              // no number is above it
	Quantum float64              // numbers are rounded to its multiples; 0: they are not
	Equal   bool                 // each multiple of Quantum from Low to High is as likely as another
}

// Count returns how many values the axis has; 0: as many as there are numbers.
func (x *Axis) Count() uint64 {
	if x.Texts != nil {
		return uint64(len(x.Texts))
	}
	if x.Quantum == 0 {
		return 0
	}
	first, last := x.Multiples()
	return uint64(last-first) + 1
}

// Multiples returns the smallest and the largest number, as multiples of quantum.
func (x *Axis) Multiples() (first, last float64) {
	return math.RoundToEven(x.Low / x.Quantum), math.RoundToEven(x.High / x.Quantum)
}

// Text returns the value at the place u, 0 <= u < 1.
func (x *Axis) Text(u float64) string {
	if x.Texts != nil {
		i, _ := slices.BinarySearchFunc(x.UpTo, u, func(end, u float64) int {
			if end <= u {
				return -1
			}
			return 1
		})
		return x.Texts[min(i, len(x.Texts)-1)]
	}
	return x.Show(x.Number(u))
}

// Nth returns the value of that index, for an axis that has a count.
func (x *Axis) Nth(i uint64) string {
	if x.Texts != nil {
		return x.Texts[i]
	}
	first, _ := x.Multiples()
	return x.Show(x.Multiple(first + float64(i)))
}

// Number returns the number at the place u.
func (x *Axis) Number(u float64) float64 {
	if x.Equal {
		first, last := x.Multiples()
		return x.Multiple(min(first+math.Floor(u*(last-first+1)), last))
	}
	t := x.A + float64(u*(x.B-x.A))
	if x.Normal {
		p := min(max(x.From+float64(u*x.Share), 0x1p-53), 1-0x1p-53)
		t = x.A + float64(x.B*normalQuantile(p))
	}
	if x.Log {
		t = exact.Exp64(min(max(t, -MaxExponent), MaxExponent))
	}
	t = min(max(t, x.Low), x.High)
	if x.Quantum > 0 {
		return x.Multiple(math.RoundToEven(t / x.Quantum))
	}
	return t
}

// MaxExponent is the largest exponent of e that a distribution may reach.
const MaxExponent = 700

// Multiple returns n times the quantum, rounded to 15 digits: 0.3 rather than 0.30000000000000004.
func (x *Axis) Multiple(n float64) float64 {
	v, _ := strconv.ParseFloat(strconv.FormatFloat(float64(n*x.Quantum), 'g', 15, 64), 64)
	return v + 0 // no -0
}

// Cell returns the places at which a value begins and ends. They are equal if the axis has numbers between any two.
func (x *Axis) Cell(text string) (from, to float64) {
	if x.Texts != nil {
		i := max(0, slices.Index(x.Texts, text))
		if i > 0 {
			from = x.UpTo[i-1]
		}
		return from, x.UpTo[i]
	}
	v, err := strconv.ParseFloat(text, 64)
	if err != nil {
		return 0, 1
	}
	if x.Quantum == 0 {
		u := x.place(v)
		return u, u
	}
	n := math.RoundToEven(v / x.Quantum)
	first, last := x.Multiples()
	if x.Equal {
		n = min(max(n, first), last)
		return (n - first) / (last - first + 1), (n + 1 - first) / (last - first + 1)
	}
	from, to = x.place(float64((n-0.5)*x.Quantum)), x.place(float64((n+0.5)*x.Quantum))
	if n <= first {
		from = 0
	}
	if n >= last {
		to = 1
	}
	return from, max(from, to)
}

// place is the inverse of Number, for numbers that are not rounded.
func (x *Axis) place(v float64) float64 {
	if x.Log {
		if v <= 0 {
			return 0
		}
		v = exact.Log64(v)
	}
	if x.Normal {
		return min(max((NormalBelow((v-x.A)/x.B)-x.From)/x.Share, 0), 1)
	}
	return min(max((v-x.A)/(x.B-x.A), 0), 1)
}

// Between makes a number between 0 and 1 of random bits. Neither 0 nor 1 is possible.
func Between(bits uint64) float64 { return (float64(bits>>12) + 0.5) * 0x1p-52 }

// Combinations returns how many combinations of values the axes have, at most 2^63; 0: as many as there are numbers.
func Combinations(axes []*Axis) uint64 {
	const most = 1 << 63
	product := uint64(1)
	for _, x := range axes {
		n := x.Count()
		if n == 0 {
			return 0
		}
		if product > most/n {
			product = most
			continue
		}
		product *= n
	}
	return product
}

// Grid returns the combination of that index, less than Combinations: the value of the last axis changes fastest.
func Grid(axes []*Axis, index uint64) []string {
	texts := make([]string, len(axes))
	for i := len(axes) - 1; i >= 0; i-- {
		n := axes[i].Count()
		texts[i] = axes[i].Nth(index % n)
		index /= n
	}
	return texts
}
