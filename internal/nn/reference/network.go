// Package reference is a whole training step in float64 with plain loops: forward through every layer, the loss,
// backward by the chain rule, and Adam. Read it before packages nn and step, which compute the same in float32 with
// tiles, threads and lists of nonzeros. It shares no formula with them, so that the same mistake is not in both, and
// their tests compare them with it. The program does not use it.
//
//   - [Network.Forward] passes a batch through the layers;
//   - [Network.MeanLoss] compares the outputs with the labels;
//   - [Network.Gradient] is backpropagation, [Network.Slope] the same derivative as a finite difference;
//   - [Adam] turns gradients into steps.
//
// What differs from the program: of the optimizers there is only Adam, and a Dropout is told which values to drop.
package reference

import (
	"fmt"
	"math"

	"dnn/internal/nn"
	"dnn/internal/nn/batch"
)

// Network is a network with its weights in float64.
type Network struct {
	// Architecture says which layers there are.
	Architecture nn.Architecture

	// Params are the parameters in Keras's order, each row-major: kernel [in, out] and bias [out] of a Dense layer;
	// gamma, beta, moving mean and moving variance [features] of a BatchNormalization.
	Params [][]float64

	// Masks holds for each Dropout, by name, the factors of a batch's values: 0 or 1/(1-rate). [batch][features].
	Masks map[string][][]float64

	// Kink is how close the passes so far have come to a place where the loss has no derivative (a relu at 0, a
	// probability at the end of its range) or is badly conditioned (a sum of probabilities close to 0). If it is small,
	// a gradient and a slope need not agree.
	Kink float64
}

// New returns a copy of the model in float64.
func New(m *nn.Sequential) *Network {
	n := &Network{Architecture: m.Architecture(), Masks: map[string][][]float64{}, Kink: math.Inf(1)}
	for _, p := range m.Params() {
		var values []float64
		for _, v := range p.Floats() {
			values = append(values, float64(v))
		}
		n.Params = append(n.Params, values)
	}
	return n
}

// Batch returns the features [batch][features] and the labels of the samples order. They must not come from a Select.
func Batch(s *batch.Samples, order []int32) (x [][]float64, labels []uint8) {
	for _, i := range order {
		x = append(x, Sample(s, int(i)))
		labels = append(labels, s.Labels[i])
	}
	return x, labels
}

// Sample returns the features of sample i.
func Sample(s *batch.Samples, i int) []float64 {
	var x []float64
	if s.Bytes != nil {
		for _, b := range s.Pixels(i) {
			x = append(x, float64(s.Table[b]))
		}
		return x
	}
	for _, v := range s.Numbers(i) {
		x = append(x, float64(v))
	}
	return x
}

// Values is the values of a batch at one layer: [batch][features].
type Values struct {
	X [][]float64 // inputs
	Z [][]float64 // of a Dense layer, x kernel + bias; of a BatchNormalization, x normalized, before gamma and beta;
	// of an activation, X
	Y [][]float64 // outputs

	deviation []float64 // of a BatchNormalization: sqrt(variance + epsilon) of each feature
}

// Forward passes a batch through the layers as in training: a Dropout multiplies by its mask, a BatchNormalization uses
// the mean and the variance of the batch. It returns the values at each layer.
func (n *Network) Forward(x [][]float64) []Values {
	var all []Values
	for i, l := range n.Architecture.Layers {
		params := n.layer(i)
		var v Values
		switch l.Type {
		case "dense":
			v = n.dense(l, params[0], params[1], x)
		case "batch_normalization":
			v = normalize(l, params[0], params[1], x)
		case "dropout":
			v = drop(n.Masks[l.Name], x)
		case "activation":
			v = Values{X: x, Z: x}
			for _, z := range x {
				v.Y = append(v.Y, n.Activate(l.Activation, z))
			}
		case "leaky_relu", "elu":
			v = n.unit(unitOf(l), x)
		default:
			panic(unknown("layer", l.Type))
		}
		all = append(all, v)
		x = v.Y
	}
	return all
}

// Outputs returns the last layer's values before and after its activation, for one sample.
func (n *Network) Outputs(x []float64) (z, y []float64) {
	all := n.Forward([][]float64{x})
	last := all[len(all)-1]
	return last.Z[0], last.Y[0]
}

// layer returns the parameters of the i-th layer.
func (n *Network) layer(i int) [][]float64 {
	first := 0
	for _, l := range n.Architecture.Layers[:i] {
		first += count(l)
	}
	return n.Params[first : first+count(n.Architecture.Layers[i])]
}

// count returns how many of Params a layer has.
func count(l nn.LayerSpec) int {
	return map[string]int{"dense": 2, "batch_normalization": 4}[l.Type]
}

// dense computes y = activation(x kernel + bias):
//
//	z[j] = bias[j] + sum over i of x[i] kernel[i][j]
func (n *Network) dense(l nn.LayerSpec, kernel, bias []float64, x [][]float64) Values {
	v := Values{X: x}
	for _, x := range x {
		z := make([]float64, l.Units)
		for j := range z {
			z[j] = bias[j]
			for i := range x {
				z[j] += x[i] * kernel[i*l.Units+j]
			}
		}
		v.Z = append(v.Z, z)
		v.Y = append(v.Y, n.Activate(l.Activation, z))
	}
	return v
}

// normalize computes y = gamma (x - mean) / sqrt(variance + epsilon) + beta, with each feature's mean and variance over
// the batch (Ioffe and Szegedy, arXiv:1502.03167).
func normalize(l nn.LayerSpec, gamma, beta []float64, x [][]float64) Values {
	rows := float64(len(x))
	v := Values{X: x, Z: like(x), Y: like(x), deviation: make([]float64, len(gamma))}
	for f := range gamma {
		var mean, variance float64
		for _, x := range x {
			mean += x[f] / rows
		}
		for _, x := range x {
			variance += (x[f] - mean) * (x[f] - mean) / rows
		}
		v.deviation[f] = math.Sqrt(variance + l.Epsilon)
		for r, x := range x {
			v.Z[r][f] = (x[f] - mean) / v.deviation[f]
			v.Y[r][f] = gamma[f]*v.Z[r][f] + beta[f]
		}
	}
	return v
}

// drop multiplies x by the mask (Srivastava et al., JMLR 2014).
func drop(mask, x [][]float64) Values {
	v := Values{X: x, Y: like(x)}
	for r, x := range x {
		for f := range x {
			v.Y[r][f] = x[f] * mask[r][f]
		}
	}
	return v
}

// unit applies a function to each value.
func (n *Network) unit(f function, x [][]float64) Values {
	v := Values{X: x, Z: x}
	for _, z := range x {
		v.Y = append(v.Y, n.apply(f, z))
	}
	return v
}

// penalty returns what the kernels add to the loss: l1 sum |w| + l2 sum w^2 for each Dense layer.
func (n *Network) penalty() float64 {
	sum := 0.0
	for i, l := range n.Architecture.Layers {
		if l.L1+l.L2 == 0 {
			continue
		}
		for _, w := range n.layer(i)[0] {
			if l.L1 > 0 {
				n.Kink = min(n.Kink, 1e5*math.Abs(w))
			}
			sum += l.L1*math.Abs(w) + l.L2*w*w
		}
	}
	return sum
}

// like returns zeros in the shape of x.
func like(x [][]float64) [][]float64 {
	zeros := make([][]float64, len(x))
	for r := range x {
		zeros[r] = make([]float64, len(x[r]))
	}
	return zeros
}

// unknown returns the message of a panic.
func unknown(what, name string) string {
	return fmt.Sprintf("reference: no formula for the %s %q", what, name)
}
