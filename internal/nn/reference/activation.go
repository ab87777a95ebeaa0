package reference

import (
	"math"

	"dnn/internal/nn"
)

// Constants of selu (Klambauer et al., arXiv:1706.02515).
const (
	seluAlpha = 1.6732632423543772
	seluScale = 1.0507009873554805
)

// function is an activation that is applied element by element.
type function struct {
	of, slope func(z float64) float64
	kinks     []float64 // where its slope jumps
}

// functions has the activations by Keras's names, but softmax.
var functions = map[string]function{
	"linear": {of: func(z float64) float64 { return z }, slope: func(float64) float64 { return 1 }},
	"relu":   clipped(0, math.Inf(1), 1, 0),
	"relu6":  clipped(0, 6, 1, 0),

	"sigmoid": {of: sigmoid, slope: func(z float64) float64 { return sigmoid(z) * sigmoid(-z) }},
	"tanh":    {of: math.Tanh, slope: func(z float64) float64 { return 1 - math.Pow(math.Tanh(z), 2) }},
	"softsign": {
		of:    func(z float64) float64 { return z / (1 + math.Abs(z)) },
		slope: func(z float64) float64 { return math.Pow(1+math.Abs(z), -2) },
	},
	"log_sigmoid":  {of: func(z float64) float64 { return -softplus(-z) }, slope: func(z float64) float64 { return sigmoid(-z) }},
	"exponential":  {of: math.Exp, slope: math.Exp},
	"hard_sigmoid": clipped(-3, 3, 1.0/6, 0.5),
	"hard_silu": {
		of: func(z float64) float64 { return z * within(0, z/6+0.5, 1) },
		slope: func(z float64) float64 { // z/3 + 1/2 between the kinks
			return choose(z < -3, 0, choose(z > 3, 1, z/3+0.5))
		},
		kinks: []float64{-3, 3},
	},
	"hard_tanh":      clipped(-1, 1, 1, 0),
	"sparse_sigmoid": clipped(-1, 1, 0.5, 0.5),

	"leaky_relu": leakyUnit(0.2),
	"elu":        exponentialUnit(1, 1),
	"celu":       exponentialUnit(1, 1),
	"selu":       exponentialUnit(seluScale, seluAlpha),

	"softplus": {of: softplus, slope: sigmoid},
	"silu": {
		of:    func(z float64) float64 { return z * sigmoid(z) },
		slope: func(z float64) float64 { return sigmoid(z) * (1 + z*sigmoid(-z)) },
	},
	"gelu": {
		of: func(z float64) float64 { return z * math.Erfc(-z/math.Sqrt2) / 2 },
		slope: func(z float64) float64 {
			return math.Erfc(-z/math.Sqrt2)/2 + z*math.Exp(-z*z/2)/math.Sqrt(2*math.Pi)
		},
	},
	"mish": {
		of: func(z float64) float64 { return z * math.Tanh(softplus(z)) },
		slope: func(z float64) float64 {
			t := math.Tanh(softplus(z))
			return t + z*(1-t*t)*sigmoid(z)
		},
	},
	"squareplus": {
		of:    func(z float64) float64 { return (z + math.Sqrt(z*z+4)) / 2 },
		slope: func(z float64) float64 { return (1 + z/math.Sqrt(z*z+4)) / 2 },
	},
	"sparse_plus": {
		of: func(z float64) float64 { // bends from 0 to z between -1 and 1
			return choose(z < -1, 0, choose(z > 1, z, (z+1)*(z+1)/4))
		},
		slope: func(z float64) float64 { return within(0, (z+1)/2, 1) },
	},

	"hard_shrink": {
		of:    func(z float64) float64 { return choose(math.Abs(z) > 0.5, z, 0) },
		slope: func(z float64) float64 { return choose(math.Abs(z) > 0.5, 1, 0) },
		kinks: []float64{-0.5, 0.5},
	},
	"soft_shrink": {
		of:    func(z float64) float64 { return z - within(-0.5, z, 0.5) },
		slope: func(z float64) float64 { return choose(math.Abs(z) > 0.5, 1, 0) },
		kinks: []float64{-0.5, 0.5},
	},
	"tanh_shrink": {
		of:    func(z float64) float64 { return z - math.Tanh(z) },
		slope: func(z float64) float64 { return math.Pow(math.Tanh(z), 2) },
	},
}

func sigmoid(z float64) float64 { return 1 / (1 + math.Exp(-z)) }

func softplus(z float64) float64 { return math.Max(z, 0) + math.Log1p(math.Exp(-math.Abs(z))) }

func choose(condition bool, a, b float64) float64 {
	if condition {
		return a
	}
	return b
}

// within returns z, but at least low and at most high.
func within(low, z, high float64) float64 { return math.Max(low, math.Min(z, high)) }

// clipped is the line slope z + offset between two kinks, and constant outside of them.
func clipped(low, high, slope, offset float64) function {
	kinks := []float64{low}
	if !math.IsInf(high, 1) {
		kinks = append(kinks, high)
	}
	return function{
		of:    func(z float64) float64 { return slope*within(low, z, high) + offset },
		slope: func(z float64) float64 { return choose(z > low && z < high, slope, 0) },
		kinks: kinks,
	}
}

// unitOf returns the function of a leaky_relu or elu layer.
func unitOf(l nn.LayerSpec) function {
	if l.Type == "elu" {
		return exponentialUnit(1, l.Alpha)
	}
	return leakyUnit(l.NegativeSlope)
}

// leakyUnit is z for z > 0, else below z.
func leakyUnit(below float64) function {
	return function{
		of:    func(z float64) float64 { return z * choose(z > 0, 1, below) },
		slope: func(z float64) float64 { return choose(z > 0, 1, below) },
		kinks: []float64{0},
	}
}

// exponentialUnit is scale z for z > 0, else scale alpha (e^z - 1).
func exponentialUnit(scale, alpha float64) function {
	f := function{
		of:    func(z float64) float64 { return scale * choose(z > 0, z, alpha*math.Expm1(z)) },
		slope: func(z float64) float64 { return scale * choose(z > 0, 1, alpha*math.Exp(z)) },
	}
	if alpha != 1 {
		f.kinks = []float64{0}
	}
	return f
}

// Activate returns the activation of the values z of one sample.
func (n *Network) Activate(name string, z []float64) []float64 {
	if name == "softmax" {
		y, sum := make([]float64, len(z)), 0.0
		for _, v := range z {
			sum += math.Exp(v)
		}
		for j, v := range z {
			y[j] = math.Exp(v) / sum
		}
		return y
	}
	f, ok := functions[name]
	if !ok {
		panic(unknown("activation", name))
	}
	return n.apply(f, z)
}

// apply returns the function of each of the values z of one sample.
func (n *Network) apply(f function, z []float64) []float64 {
	y := make([]float64, len(z))
	for j, v := range z {
		for _, kink := range f.kinks {
			n.nearKink(v - kink)
		}
		y[j] = f.of(v)
	}
	return y
}

// nearKink notes the distance from an activation's kink. Activations are well conditioned, so a thousandth of the
// distance that is needed elsewhere is enough.
func (n *Network) nearKink(distance float64) { n.Kink = min(n.Kink, 1000*math.Abs(distance)) }

// activationBackward returns dz, the gradient by z, given dy, the gradient by the activation y of z, for one sample.
// For softmax, whose derivative of y_j by z_k is y_j (1 if j = k, else 0) - y_j y_k, that is y_k (dy_k - sum_j dy_j
// y_j).
func activationBackward(name string, z, y, dy []float64) []float64 {
	if name == "softmax" {
		dz, dot := make([]float64, len(z)), 0.0
		for j := range y {
			dot += dy[j] * y[j]
		}
		for k := range dz {
			dz[k] = y[k] * (dy[k] - dot)
		}
		return dz
	}
	return functions[name].backward(z, dy)
}

// backward returns the gradient by z, given dy, the gradient by the function of z.
func (f function) backward(z, dy []float64) []float64 {
	dz := make([]float64, len(z))
	for j := range dz {
		dz[j] = dy[j] * f.slope(z[j])
	}
	return dz
}
