package merge

import (
	"math"
	"slices"

	"dnn/internal/modelfile"
	"dnn/internal/nn"
)

// network is the Dense layers of a network in which nothing else is left, the output layer last.
type network []dense

// dense is the weights of a Dense layer.
type dense struct {
	in, out int
	kernel  []float32 // [in, out]
	bias    []float32 // [out]
}

// fold returns m's network as Dense layers alone. Dropout goes, since it does nothing in inference. Batch normalization
// then multiplies each unit by a constant and adds one, and goes into the next Dense layer. (There is one: the last
// layer of a network is Dense.)
func fold(m *modelfile.Model) network {
	var layers network
	var before affine // what stands between the last Dense layer and the next
	tensors := m.Tensors
	for _, l := range m.Architecture.Layers {
		switch l.Type {
		case "dense":
			kernel, bias := tensors[0], tensors[1]
			tensors = tensors[2:]
			d := dense{in: kernel.Shape[0], out: kernel.Shape[1], kernel: kernel.Data, bias: bias.Data}
			layers = append(layers, before.into(d))
			before = affine{}
		case "batch_normalization":
			before = before.then(normalization(l.Epsilon, tensors[0], tensors[1], tensors[2], tensors[3]))
			tensors = tensors[4:]
		}
	}
	return layers
}

// affine is the map of x [in] to scale x + shift, element by element. The zero affine leaves x as it is.
type affine struct{ scale, shift []float64 }

// normalization returns what BatchNormalization does in inference: gamma (x - mean) / sqrt(variance + epsilon) + beta.
func normalization(epsilon float64, gamma, beta, mean, variance modelfile.Tensor) affine {
	n := len(gamma.Data)
	a := affine{make([]float64, n), make([]float64, n)}
	for i := range n {
		a.scale[i] = float64(gamma.Data[i]) / math.Sqrt(float64(variance.Data[i])+epsilon)
		a.shift[i] = float64(beta.Data[i]) - float64(float64(mean.Data[i])*a.scale[i])
	}
	return a
}

// then returns the map that applies a and, to its result, b.
func (a affine) then(b affine) affine {
	if a.scale == nil {
		return b
	}
	c := affine{slices.Clone(b.scale), slices.Clone(b.shift)}
	for i := range c.scale {
		c.scale[i] *= a.scale[i]
		c.shift[i] += float64(b.scale[i] * a.shift[i])
	}
	return c
}

// into returns the layer that gives for x what d gives for a's result:
//
//	kernel'_io = scale_i kernel_io,  bias'_o = bias_o + sum_i shift_i kernel_io
func (a affine) into(d dense) dense {
	if a.scale == nil {
		return d
	}
	folded := dense{in: d.in, out: d.out, kernel: make([]float32, len(d.kernel)), bias: make([]float32, d.out)}
	sums := make([]float64, d.out)
	for o, b := range d.bias {
		sums[o] = float64(b)
	}
	for i := range d.in {
		for o := range d.out {
			k := float64(d.kernel[i*d.out+o])
			folded.kernel[i*d.out+o] = float32(a.scale[i] * k)
			sums[o] += float64(a.shift[i] * k)
		}
	}
	for o, sum := range sums {
		folded.bias[o] = float32(sum)
	}
	return folded
}

// tensors returns the weights as a model file has them.
func (n network) tensors() []modelfile.Tensor {
	var all []modelfile.Tensor
	for i, d := range n {
		name := nn.LayerName("dense", i)
		all = append(all, modelfile.Tensor{Name: name + ".kernel", Shape: []int{d.in, d.out}, Data: d.kernel},
			modelfile.Tensor{Name: name + ".bias", Shape: []int{d.out}, Data: d.bias})
	}
	return all
}
