package reference

import "math"

// Gradient returns the mean loss of a batch and its derivative by every element of Params, by backpropagation: from the
// loss to the last layer's z, and then layer by layer to the first (Rumelhart, Hinton and Williams, Nature 323, 1986).
// The loss must be categorical_crossentropy of a softmax, binary_crossentropy of a sigmoid, or mean_squared_error.
func (n *Network) Gradient(x [][]float64, labels []uint8) (loss float64, gradient [][]float64) {
	all := n.Forward(x)
	layers := n.Architecture.Layers
	gradient = like(n.Params)
	last := len(layers) - 1
	dy := like(all[last].Y) // the gradient by the outputs of the layer at hand
	for r, y := range all[last].Y {
		loss += n.LossOf(y, labels[r]) / float64(len(x))
	}
	first := len(n.Params) // index of the first parameter of the layer at hand
	for i := last; i >= 0; i-- {
		l, v := layers[i], all[i]
		first -= count(l)
		switch l.Type {
		case "dense":
			dz := like(v.Z)
			for r := range dz {
				if i == last {
					dz[r] = n.lossBackward(v.Z[r], v.Y[r], labels[r], len(x))
				} else {
					dz[r] = activationBackward(l.Activation, v.Z[r], v.Y[r], dy[r])
				}
			}
			dy = denseBackward(n.Params[first], v.X, dz, gradient[first], gradient[first+1])
			for j, w := range n.Params[first] {
				gradient[first][j] += l.L1*sign(w) + 2*l.L2*w
			}
		case "batch_normalization":
			dy = normalizeBackward(n.Params[first], v, dy, gradient[first], gradient[first+1])
		case "dropout":
			dy = drop(n.Masks[l.Name], dy).Y // dropped values have no effect on the loss
		case "activation":
			dz := like(v.X)
			for r := range dz {
				dz[r] = activationBackward(l.Activation, v.X[r], v.Y[r], dy[r])
			}
			dy = dz
		case "leaky_relu", "elu":
			dz := like(v.X)
			for r := range dz {
				dz[r] = unitOf(l).backward(v.X[r], dy[r])
			}
			dy = dz
		}
	}
	return loss + n.penalty(), gradient
}

// lossBackward returns the gradient of one sample's part of the mean loss by the last layer's z. For a cross-entropy
// with its softmax or sigmoid nearly all of the chain rule cancels out, and p - t is left.
func (n *Network) lossBackward(z, y []float64, label uint8, size int) []float64 {
	last := n.Architecture.Layers[len(n.Architecture.Layers)-1].Activation
	t := n.targets(len(y), label)
	d := make([]float64, len(y))
	for j := range d {
		d[j] = (y[j] - t[j]) / float64(size)
	}
	switch pair := n.Architecture.Loss + " of " + last; {
	case pair == "categorical_crossentropy of softmax":
		return d
	case pair == "binary_crossentropy of sigmoid":
		for j := range d {
			d[j] /= float64(len(d))
		}
		return d
	case n.Architecture.Loss == "mse" || n.Architecture.Loss == "mean_squared_error":
		for j := range d {
			d[j] *= 2 / float64(len(d))
		}
		return activationBackward(last, z, y, d)
	default:
		panic(unknown("gradient of the loss", pair))
	}
}

// denseBackward adds a Dense layer's gradients to dkernel and dbias and returns dx, given x and dz:
//
//	dkernel[i][j] = sum over the batch of x[i] dz[j]
//	dbias[j]      = sum over the batch of dz[j]
//	dx[i]         = sum over j of dz[j] kernel[i][j]
func denseBackward(kernel []float64, x, dz [][]float64, dkernel, dbias []float64) (dx [][]float64) {
	dx = like(x)
	units := len(dbias)
	for r := range x {
		for j, d := range dz[r] {
			dbias[j] += d
			for i := range x[r] {
				dkernel[i*units+j] += x[r][i] * d
				dx[r][i] += d * kernel[i*units+j]
			}
		}
	}
	return dx
}

// normalizeBackward adds a BatchNormalization's gradients to dgamma and dbeta and returns dx, given dy. With z the
// normalized values and g = gamma dy, and means over the batch:
//
//	dx = (g - mean g - z mean(g z)) / sqrt(variance + epsilon)
//
// The two means are there because each sample contributes to the mean and the variance, and so to all outputs.
func normalizeBackward(gamma []float64, v Values, dy [][]float64, dgamma, dbeta []float64) (dx [][]float64) {
	dx = like(dy)
	rows := float64(len(dy))
	for f := range gamma {
		var mean, product float64
		for r := range dy {
			dgamma[f] += dy[r][f] * v.Z[r][f]
			dbeta[f] += dy[r][f]
			mean += gamma[f] * dy[r][f] / rows
			product += gamma[f] * dy[r][f] * v.Z[r][f] / rows
		}
		for r := range dy {
			dx[r][f] = (gamma[f]*dy[r][f] - mean - v.Z[r][f]*product) / v.deviation[f]
		}
	}
	return dx
}

// sign returns 1 for a number above 0, -1 below, and 0 for 0.
func sign(v float64) float64 {
	if v == 0 {
		return 0
	}
	return math.Copysign(1, v)
}

// Slope returns the derivative of the mean loss by an element of a parameter as a finite difference: of the loss a
// little above the element and a little below. Its error is of the order of 1e-10.
func (n *Network) Slope(x [][]float64, labels []uint8, param, element int) float64 {
	return n.SlopeOf(param, element, func() float64 { return n.MeanLoss(x, labels) })
}

// SlopeOf is Slope for any function f of the network instead of the mean loss.
func (n *Network) SlopeOf(param, element int, f func() float64) float64 {
	const h = 1e-6
	p := &n.Params[param][element]
	saved := *p
	defer func() { *p = saved }()
	*p = saved + h
	above := f()
	*p = saved - h
	return (above - f()) / (2 * h)
}
