package reference

import "math"

// Constants of selu (Klambauer et al., arXiv:1706.02515).
const (
	seluAlpha = 1.6732632423543772
	seluScale = 1.0507009873554805
)

// Activate returns the activation of the values z of one sample.
func (n *Network) Activate(name string, z []float64) []float64 {
	y := make([]float64, len(z))
	sum := 0.0 // of e^z, for softmax
	for _, v := range z {
		sum += math.Exp(v)
	}
	for j, v := range z {
		switch name {
		case "linear":
			y[j] = v
		case "relu":
			n.nearZero(v)
			y[j] = math.Max(v, 0)
		case "sigmoid":
			y[j] = 1 / (1 + math.Exp(-v))
		case "tanh":
			y[j] = math.Tanh(v)
		case "softmax":
			y[j] = math.Exp(v) / sum
		case "leaky_relu":
			n.nearZero(v)
			y[j] = math.Max(v, 0.2*v)
		case "elu":
			y[j] = math.Max(v, 0) + math.Expm1(math.Min(v, 0))
		case "selu":
			n.nearZero(v)
			y[j] = seluScale * (math.Max(v, 0) + seluAlpha*math.Expm1(math.Min(v, 0)))
		case "gelu":
			y[j] = v * math.Erfc(-v/math.Sqrt2) / 2
		case "silu":
			y[j] = v / (1 + math.Exp(-v))
		case "softplus":
			y[j] = math.Log1p(math.Exp(v))
		default:
			panic(unknown("activation", name))
		}
	}
	return y
}

// nearZero notes the distance of v from an activation's kink at 0. These activations are well conditioned, so a
// thousandth of the distance that is needed elsewhere is enough.
func (n *Network) nearZero(v float64) { n.Kink = min(n.Kink, 1000*math.Abs(v)) }

// slope returns the derivative of an activation y = f(z). Softmax is not among them, since each output depends on every
// z.
func slope(name string, z, y float64) float64 {
	sigmoid := 1 / (1 + math.Exp(-z))
	positive := 0.0
	if z > 0 {
		positive = 1
	}
	switch name {
	case "linear":
		return 1
	case "relu":
		return positive
	case "sigmoid":
		return y * (1 - y)
	case "tanh":
		return 1 - y*y
	case "leaky_relu":
		return positive + 0.2*(1-positive)
	case "elu":
		return math.Exp(math.Min(z, 0))
	case "selu":
		return seluScale * (positive + (1-positive)*seluAlpha*math.Exp(z*(1-positive)))
	case "gelu":
		return math.Erfc(-z/math.Sqrt2)/2 + z*math.Exp(-z*z/2)/math.Sqrt(2*math.Pi)
	case "silu":
		return sigmoid * (1 + z*(1-sigmoid))
	case "softplus":
		return sigmoid
	}
	panic(unknown("slope of the activation", name))
}

// activationBackward returns dz, the gradient by z, given dy, the gradient by the activation y of z, for one sample.
// For softmax, whose derivative of y_j by z_k is y_j (1 if j = k, else 0) - y_j y_k, that is y_k (dy_k - sum_j dy_j
// y_j).
func activationBackward(name string, z, y, dy []float64) []float64 {
	dz := make([]float64, len(z))
	if name == "softmax" {
		dot := 0.0
		for j := range y {
			dot += dy[j] * y[j]
		}
		for k := range dz {
			dz[k] = y[k] * (dy[k] - dot)
		}
		return dz
	}
	for j := range dz {
		dz[j] = dy[j] * slope(name, z[j], y[j])
	}
	return dz
}
