package curve

import "math"

// Operators returns ONNX's operators that are applied element by element and have no settings. Truth is 1, falsehood 0.
func Operators() map[string]func(args []float64) float64 {
	all := map[string]func(args []float64) float64{
		"Where": where, "PRelu": prelu,
		"Max": func(x []float64) float64 { return fold(x, func(a, b float64) float64 { return max(a, b) }) },
		"Min": func(x []float64) float64 { return fold(x, func(a, b float64) float64 { return min(a, b) }) },
		"Sum": func(x []float64) float64 { return fold(x, func(a, b float64) float64 { return a + b }) },
	}
	for op, f := range map[string]func(x float64) float64{
		"Relu": func(x float64) float64 { return max(x, 0) }, "Sigmoid": sigmoid, "Softplus": softplus,
		"Softsign":  func(x float64) float64 { return x / (1 + math.Abs(x)) },
		"HardSwish": func(x float64) float64 { return x * max(0, min(1, x/6+0.5)) },
		"Mish":      func(x float64) float64 { return x * math.Tanh(softplus(x)) },
		"Tanh":      math.Tanh, "Exp": math.Exp, "Log": math.Log, "Sqrt": math.Sqrt, "Erf": math.Erf, "Abs": math.Abs,
		"Neg": func(x float64) float64 { return -x }, "Reciprocal": func(x float64) float64 { return 1 / x },
		"Sign": func(x float64) float64 { return truth(x > 0) - truth(x < 0) },
		"Not":  func(x float64) float64 { return truth(x == 0) },
	} {
		all[op] = unary(f)
	}
	for op, f := range map[string]func(a, b float64) float64{
		"Pow": math.Pow, "Greater": func(a, b float64) float64 { return truth(a > b) },
		"GreaterOrEqual": func(a, b float64) float64 { return truth(a >= b) },
		"Less":           func(a, b float64) float64 { return truth(a < b) },
		"LessOrEqual":    func(a, b float64) float64 { return truth(a <= b) },
		"Equal":          func(a, b float64) float64 { return truth(a == b) },
		"And":            func(a, b float64) float64 { return a * b }, "Or": math.Max,
	} {
		all[op] = binary(f)
	}
	return all
}

// Arithmetic returns Add, Sub, Mul or Div.
func Arithmetic(op string) func(args []float64) float64 {
	return map[string]func(args []float64) float64{
		"Add": binary(func(a, b float64) float64 { return a + b }),
		"Sub": binary(func(a, b float64) float64 { return a - b }),
		"Mul": binary(func(a, b float64) float64 { return a * b }),
		"Div": binary(func(a, b float64) float64 { return a / b }),
	}[op]
}

// unary and binary return NaN for another number of arguments.
func unary(f func(x float64) float64) func(args []float64) float64 {
	return func(x []float64) float64 {
		if len(x) != 1 {
			return math.NaN()
		}
		return f(x[0])
	}
}

func binary(f func(a, b float64) float64) func(args []float64) float64 {
	return func(x []float64) float64 {
		if len(x) != 2 {
			return math.NaN()
		}
		return f(x[0], x[1])
	}
}

func fold(x []float64, f func(a, b float64) float64) float64 {
	v := x[0]
	for _, next := range x[1:] {
		v = f(v, next)
	}
	return v
}

func where(x []float64) float64 {
	switch {
	case len(x) != 3:
		return math.NaN()
	case x[0] != 0:
		return x[1]
	}
	return x[2]
}

// Truth is 1 for a number other than 0.
func Truth(x float64) float64 { return truth(x != 0) }

func truth(condition bool) float64 {
	if condition {
		return 1
	}
	return 0
}

func sigmoid(x float64) float64  { return 1 / (1 + math.Exp(-x)) }
func softplus(x float64) float64 { return max(x, 0) + math.Log1p(math.Exp(-math.Abs(x))) }

// Gelu is x P(X <= x) of a normal distribution.
func Gelu(x []float64) float64 { return x[0] * math.Erfc(-x[0]/math.Sqrt2) / 2 }

var prelu = binary(func(x, slope float64) float64 { return below(x, slope*x) })

// below returns y for x < 0, else x.
func below(x, y float64) float64 {
	if x < 0 {
		return y
	}
	return x
}

// LeakyRelu is alpha x below 0.
func LeakyRelu(alpha float64) func(x []float64) float64 {
	return func(x []float64) float64 { return below(x[0], alpha*x[0]) }
}

// Elu is alpha (e^x - 1) below 0.
func Elu(alpha float64) func(x []float64) float64 {
	return func(x []float64) float64 { return below(x[0], alpha*math.Expm1(x[0])) }
}

// Celu is alpha (e^(x/alpha) - 1) below 0.
func Celu(alpha float64) func(x []float64) float64 {
	return func(x []float64) float64 { return below(x[0], alpha*math.Expm1(x[0]/alpha)) }
}

// Selu is gamma x above 0, gamma alpha (e^x - 1) below.
func Selu(alpha, gamma float64) func(x []float64) float64 {
	return func(x []float64) float64 { return gamma * below(x[0], alpha*math.Expm1(x[0])) }
}

// ThresholdedRelu is x above alpha, else 0.
func ThresholdedRelu(alpha float64) func(x []float64) float64 {
	return func(x []float64) float64 { return x[0] * truth(x[0] > alpha) }
}

// Swish is x sigmoid(alpha x).
func Swish(alpha float64) func(x []float64) float64 {
	return func(x []float64) float64 { return x[0] * sigmoid(alpha*x[0]) }
}

// HardSigmoid is alpha x + beta within [0, 1].
func HardSigmoid(alpha, beta float64) func(x []float64) float64 {
	return func(x []float64) float64 { return max(0, min(1, float64(alpha*x[0])+beta)) }
}

// Shrink is x moved by bias towards 0, where |x| > lambda, else 0.
func Shrink(lambda, bias float64) func(x []float64) float64 {
	return func(x []float64) float64 {
		switch {
		case x[0] < -lambda:
			return x[0] + bias
		case x[0] > lambda:
			return x[0] - bias
		}
		return 0
	}
}

// Clip is x within [low, high].
func Clip(low, high float64) func(x []float64) float64 {
	return func(x []float64) float64 { return min(max(x[0], low), high) }
}
