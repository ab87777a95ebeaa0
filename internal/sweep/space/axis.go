package space

import (
	"math"
	"slices"
	"strconv"

	"dnn/internal/exact"
	"dnn/internal/keyfile"
)

// axis is a parameter as a sampler sees it: every value has its place between 0 and 1, so that numbers that are uniform
// there have the parameter's distribution. A grid, a random number, a point of Sobol's sequence and a Parzen estimator
// differ only in which places they take.
type axis struct {
	key   string
	texts []string  // the values, if they are listed; else the axis has numbers
	upTo  []float64 // of listed values, the place at which each ends; the last one is 1

	kind    keyfile.Kind // of the experiment's key, which writes numbers
	whole   bool         // numbers are whole ones, without a decimal point
	normal  bool         // a normal distribution; else a uniform one
	log     bool         // of the logarithm
	a, b    float64      // the ends of the uniform distribution, or mean and deviation of the normal one; as logarithms if log
	from    float64      // of the normal distribution, the share that is below low
	share   float64      // and the share between low and high
	low     float64      // no number is below it
	high    float64      // no number is above it
	quantum float64      // numbers are rounded to its multiples; 0: they are not
	equal   bool         // each multiple of quantum from low to high is as likely as another
}

// count returns how many values the axis has; 0: as many as there are numbers.
func (x *axis) count() uint64 {
	if x.texts != nil {
		return uint64(len(x.texts))
	}
	if x.quantum == 0 {
		return 0
	}
	first, last := x.multiples()
	return uint64(last-first) + 1
}

// multiples returns the smallest and the largest number, as multiples of quantum.
func (x *axis) multiples() (first, last float64) {
	return math.RoundToEven(x.low / x.quantum), math.RoundToEven(x.high / x.quantum)
}

// text returns the value at the place u, 0 <= u < 1.
func (x *axis) text(u float64) string {
	if x.texts != nil {
		i, _ := slices.BinarySearchFunc(x.upTo, u, func(end, u float64) int {
			if end <= u {
				return -1
			}
			return 1
		})
		return x.texts[min(i, len(x.texts)-1)]
	}
	return x.show(x.number(u))
}

// nth returns the value of that index, for an axis that has a count.
func (x *axis) nth(i uint64) string {
	if x.texts != nil {
		return x.texts[i]
	}
	first, _ := x.multiples()
	return x.show(x.multiple(first + float64(i)))
}

// show writes a number as the experiment file has it.
func (x *axis) show(v float64) string {
	if x.whole {
		return strconv.FormatFloat(v, 'f', -1, 64)
	}
	return x.kind.Show(v)
}

// number returns the number at the place u.
func (x *axis) number(u float64) float64 {
	if x.equal {
		first, last := x.multiples()
		return x.multiple(min(first+math.Floor(u*(last-first+1)), last))
	}
	t := x.a + float64(u*(x.b-x.a))
	if x.normal {
		p := min(max(x.from+float64(u*x.share), 0x1p-53), 1-0x1p-53)
		t = x.a + float64(x.b*normalQuantile(p))
	}
	if x.log {
		t = exact.Exp64(min(max(t, -maxExponent), maxExponent))
	}
	t = min(max(t, x.low), x.high)
	if x.quantum > 0 {
		return x.multiple(math.RoundToEven(t / x.quantum))
	}
	return t
}

// maxExponent is the largest exponent of e that a distribution may reach.
const maxExponent = 700

// multiple returns n times the quantum, rounded to 15 digits: 0.3 rather than 0.30000000000000004.
func (x *axis) multiple(n float64) float64 {
	v, _ := strconv.ParseFloat(strconv.FormatFloat(float64(n*x.quantum), 'g', 15, 64), 64)
	return v + 0 // no -0
}

// cell returns the places at which a value begins and ends. They are equal if the axis has numbers between any two.
func (x *axis) cell(text string) (from, to float64) {
	if x.texts != nil {
		i := max(0, slices.Index(x.texts, text))
		if i > 0 {
			from = x.upTo[i-1]
		}
		return from, x.upTo[i]
	}
	v, err := strconv.ParseFloat(text, 64)
	if err != nil {
		return 0, 1
	}
	if x.quantum == 0 {
		u := x.place(v)
		return u, u
	}
	n := math.RoundToEven(v / x.quantum)
	first, last := x.multiples()
	if x.equal {
		n = min(max(n, first), last)
		return (n - first) / (last - first + 1), (n + 1 - first) / (last - first + 1)
	}
	from, to = x.place((n-0.5)*x.quantum), x.place((n+0.5)*x.quantum)
	if n <= first {
		from = 0
	}
	if n >= last {
		to = 1
	}
	return from, max(from, to)
}

// place is the inverse of number, for numbers that are not rounded.
func (x *axis) place(v float64) float64 {
	if x.log {
		if v <= 0 {
			return 0
		}
		v = exact.Log64(v)
	}
	if x.normal {
		return min(max((normalBelow((v-x.a)/x.b)-x.from)/x.share, 0), 1)
	}
	return min(max((v-x.a)/(x.b-x.a), 0), 1)
}
