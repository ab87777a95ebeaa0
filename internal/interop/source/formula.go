package source

import (
	"strings"
)

// formula is an activation that is applied to each value, in a notation that Go and C have in common: the first case
// whose condition holds gives the result.
type formula struct {
	name  string
	extra string // the name of a second parameter, if it has one
	cases []oneCase
}

// oneCase is a result, and the condition for it; the last case has none.
type oneCase struct{ when, then string }

// formulas returns the activations of package nn, but linear, which does nothing, and softmax. They are written so that
// float32 loses no more than its rounding: no e^z of a large z is divided by another, no near numbers are subtracted.
func formulas() []formula {
	const softplus = "log1p(exp(-abs(z)))" // of z, less max(z, 0)
	return []formula{
		{name: "celu", cases: []oneCase{{"z > 0", "z"}, {"", "expm1(z)"}}},
		{name: "elu", extra: "alpha", cases: []oneCase{{"z > 0", "z"}, {"", "alpha * expm1(z)"}}},
		{name: "exponential", cases: []oneCase{{"", "exp(z)"}}},
		{name: "gelu", cases: []oneCase{{"", "0.5 * z * erfc(-0.7071067811865476 * z)"}}},
		{name: "hard_shrink", cases: []oneCase{{"abs(z) > 0.5", "z"}, {"", "0"}}},
		{name: "hard_sigmoid", cases: []oneCase{{"", "min(max(z / 6 + 0.5, 0), 1)"}}},
		{name: "hard_silu", cases: []oneCase{{"", "z * min(max(z / 6 + 0.5, 0), 1)"}}},
		{name: "hard_tanh", cases: []oneCase{{"", "min(max(z, -1), 1)"}}},
		{name: "leaky_relu", extra: "slope", cases: []oneCase{{"z > 0", "z"}, {"", "slope * z"}}},
		{name: "log_sigmoid", cases: []oneCase{{"", "min(z, 0) - " + softplus}}},
		{name: "mish", cases: []oneCase{{"", "z * tanh(max(z, 0) + " + softplus + ")"}}},
		{name: "relu", cases: []oneCase{{"z > 0", "z"}, {"", "0"}}},
		{name: "relu6", cases: []oneCase{{"", "min(max(z, 0), 6)"}}},
		{name: "selu", cases: []oneCase{{"z > 0", "1.0507009873554805 * z"}, {"", "1.7580993408473766 * expm1(z)"}}},
		{name: "sigmoid", cases: []oneCase{{"", "1 / (1 + exp(-z))"}}},
		{name: "silu", cases: []oneCase{{"", "z / (1 + exp(-z))"}}},
		{name: "soft_shrink", cases: []oneCase{{"z > 0.5", "z - 0.5"}, {"z < -0.5", "z + 0.5"}, {"", "0"}}},
		{name: "softplus", cases: []oneCase{{"", "max(z, 0) + " + softplus}}},
		{name: "softsign", cases: []oneCase{{"", "z / (1 + abs(z))"}}},
		{name: "sparse_plus", cases: []oneCase{{"z < -1", "0"}, {"z > 1", "z"}, {"", "0.25 * (z + 1) * (z + 1)"}}},
		{name: "sparse_sigmoid", cases: []oneCase{{"", "min(max(0.5 * (z + 1), 0), 1)"}}},
		{name: "squareplus", cases: []oneCase{{"", "max(z, 0) + 2 / (sqrt(z * z + 4) + abs(z))"}}},
		{name: "tanh", cases: []oneCase{{"", "tanh(z)"}}},
		{name: "tanh_shrink", cases: []oneCase{{"", "z - tanh(z)"}}},
	}
}

// helpers returns which functions of Go's package math a formula calls, by their names in small letters.
func (f formula) helpers() []string {
	var found []string
	for _, name := range []string{"abs", "erfc", "exp", "expm1", "log1p", "sqrt", "tanh"} {
		for _, c := range f.cases {
			if strings.Contains(c.when+c.then, name+"(") {
				found = append(found, name)
				break
			}
		}
	}
	return found
}

var (
	calls   = pattern(`\b[a-z0-9]+\(`)
	numbers = pattern(`\b\d+(\.\d+)?\b`)
)

// inC returns an expression in C, with float32 numbers and the functions of math.h for them.
func inC(expression string) string {
	expression = calls().ReplaceAllStringFunc(expression, func(call string) string {
		switch name := strings.TrimSuffix(call, "("); name {
		case "abs", "min", "max":
			return "f" + name + "f("
		default:
			return name + "f("
		}
	})
	return numbers().ReplaceAllStringFunc(expression, func(number string) string {
		if !strings.Contains(number, ".") {
			number += ".0"
		}
		return number + "f"
	})
}
