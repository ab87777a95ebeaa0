package merge

import (
	"dnn/internal/interop/chain"
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

// fold returns a model that gives the same in inference and has Dense layers alone. Dropout goes, batch normalization goes
// into the weights of the layers beside it, and an activation layer becomes the activation of the Dense layer before it. A
// model with a layer for which this is not possible is returned as it is.
func fold(m *modelfile.Model) *modelfile.Model {
	short, err := chain.Of(m, "").Folded()
	if err != nil {
		return m
	}
	folded := *m
	folded.Architecture.Layers = nil
	var layers network
	for _, s := range short.Steps {
		switch s := s.(type) {
		case chain.Dense:
			name := nn.LayerName("dense", len(layers))
			folded.Architecture.Layers = append(folded.Architecture.Layers,
				nn.LayerSpec{Type: "dense", Name: name, Units: s.Units, Activation: "linear"})
			layers = append(layers, dense{in: s.Inputs, out: s.Units, kernel: s.Kernel, bias: s.Bias})
		case chain.Activation:
			last := &folded.Architecture.Layers[len(layers)-1]
			if last.Activation != "linear" || !s.IsPlain() {
				return m
			}
			last.Activation = s.Function
		}
	}
	if len(layers) > len(denseLayers(m.Architecture)) { // one was added, which nobody asked for
		return m
	}
	folded.Tensors = layers.tensors()
	return &folded
}

// layersOf returns the weights of a model of Dense layers alone.
func layersOf(m *modelfile.Model) network {
	var layers network
	for i := 0; i < len(m.Tensors); i += 2 {
		kernel, bias := m.Tensors[i], m.Tensors[i+1]
		layers = append(layers, dense{in: kernel.Shape[0], out: kernel.Shape[1], kernel: kernel.Data, bias: bias.Data})
	}
	return layers
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
