package curve

import (
	"math"
	"strconv"

	"dnn/internal/nn/activation"
)

// Step is a line A x + B if Function is empty, else an activation by Keras's name.
type Step struct {
	A, B         float64
	Function     string
	Slope, Alpha float64 // leaky_relu's and elu's; 0 for others
}

// Steps returns f as lines and activations, in the order in which they are applied. The second result is false if a
// part of f is neither.
func (f *Function) Steps() ([]Step, bool) {
	var reversed []Step
	for !f.IsVariable() {
		from, steps := f.longest()
		if from == nil {
			return nil, false
		}
		reversed, f = append(reversed, steps...), from
	}
	for i, j := 0, len(reversed)-1; i < j; i, j = i+1, j-1 {
		reversed[i], reversed[j] = reversed[j], reversed[i]
	}
	return reversed, true
}

// longest returns the longest last part of f that is recognized, as what it is a function of, and its steps in reverse.
func (f *Function) longest() (from *Function, reversed []Step) {
	for p := f.above; p != nil; p = p.above {
		if steps := f.since(p); steps != nil {
			from, reversed = p, steps
		}
	}
	return from, reversed
}

// since returns f as a function of p.
func (f *Function) since(p *Function) []Step {
	line := Step{A: 1}
	for q := f; q.line; { // exactly, where it can be
		line.A, line.B = line.A*q.a, float64(line.A*q.b)+line.B
		if q = q.args[0]; q == p {
			return []Step{line}
		}
	}
	ys := f.values(p, points())
	if ys == nil {
		return nil
	}
	if s, ok := recognize(ys); ok {
		return []Step{s}
	}
	mirrored := points()
	for i, x := range mirrored {
		mirrored[i] = -x
	}
	if s, ok := recognize(f.values(p, mirrored)); ok { // such as 1 - sigmoid(x), which is sigmoid(-x)
		return []Step{s, {A: -1}}
	}
	return nil
}

// points returns where functions are compared: between -8 and 8, near the kinks of activations, and far away. The first
// three are those that a slope and a line are taken from.
func points() []float64 {
	xs := []float64{-1, 0, 1, -80}
	for x := -8.0; x <= 8; x += 0.171875 {
		xs = append(xs, x)
	}
	for _, kink := range []float64{0, 0.5, 1, 3, 6} {
		for _, near := range []float64{0.004, 0.07} {
			xs = append(xs, kink+near, kink-near, -kink+near, -kink-near)
		}
	}
	for _, far := range []float64{13, 19.5, 21, 37, 79, 1e3, 1e6} {
		xs = append(xs, far, -far)
	}
	return xs
}

// recognize returns the line or activation that has the values ys at points.
func recognize(ys []float64) (Step, bool) {
	atMinus, atZero, atOne, atFar := ys[0], ys[1], ys[2], ys[3]
	below := func(f func(x float64) float64) func(x float64) float64 { // f below 0, x above
		return func(x float64) float64 {
			if x < 0 {
				return f(x)
			}
			return x
		}
	}
	line := Step{A: atOne - atZero, B: atZero}
	if same(ys, func(x float64) float64 { return float64(line.A*x) + line.B }) {
		return line, true
	}
	if same(ys, func(x float64) float64 { return max(x, 0) }) {
		return Step{Function: "relu"}, true
	}
	if s := Decimal(float32(-atMinus)); same(ys, below(func(x float64) float64 { return s * x })) {
		return Step{Function: "leaky_relu", Slope: s}, true
	}
	for _, f := range activation.All() {
		if f.Name == "leaky_relu" || f.Name == "elu" || f.Name == "celu" {
			continue // they have settings, or are the same as one that has
		}
		if same(ys, func(x float64) float64 { return float64(f.Of(float32(x))) }) {
			return Step{Function: f.Name}, true
		}
	}
	if a := Decimal(float32(-atFar)); same(ys, below(func(x float64) float64 { return a * math.Expm1(x) })) {
		return Step{Function: "elu", Alpha: a}, true
	}
	return Step{}, false
}

// same reports whether f has the values ys at points, within what constants in float32 allow, and the rounding of x.
// Where a spelling leaves the range of numbers, as log(1 + e^x) does far away, it is not compared.
func same(ys []float64, f func(x float64) float64) bool {
	const tolerance = 4e-6
	for i, x := range points() {
		y, finite := ys[i], math.Abs(ys[i]) <= math.MaxFloat32
		switch wanted := f(x); {
		case !finite && math.Abs(x) > 80:
		case math.IsInf(wanted, 0) && !finite:
		case !(math.Abs(y-wanted) <= tolerance*(1+math.Abs(wanted))+1e-7*math.Abs(x)):
			return false
		}
	}
	return true
}

// Decimal returns the shortest decimal that rounds to the given float32: 0.01, where a file has 0.009999999776.
func Decimal(v float32) float64 {
	d, err := strconv.ParseFloat(strconv.FormatFloat(float64(v), 'g', -1, 32), 64)
	if err != nil {
		return float64(v)
	}
	return d
}

// Is reports whether f is the number v everywhere.
func (f *Function) Is(v float64) bool {
	var variable *Function
	for variable = f; variable.above != nil; variable = variable.above {
	}
	ys := f.values(variable, points())
	return ys != nil && same(ys, func(float64) float64 { return v })
}
