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

// fuse returns the architecture with each activation layer as the activation of the linear Dense layer before it, where
// there is one; what is left of such layers cannot be merged. Only Dropout may stand between the two. Parameters stay
// what they are, since such layers have none.
func fuse(a nn.Architecture) nn.Architecture {
	layers := a.Layers
	a.Layers = nil
	linear := -1 // index of a linear Dense layer that the next activation can join
	for _, l := range layers {
		switch name := function(l); {
		case name == "linear":
			continue
		case name != "" && linear >= 0:
			a.Layers[linear].Activation = name
			linear = -1
			continue
		case l.Type == "dense" && l.Activation == "linear":
			linear = len(a.Layers)
		case l.Type != "dropout":
			linear = -1
		}
		a.Layers = append(a.Layers, l)
	}
	return a
}

// function returns the activation that a layer of another type than Dense applies, by its name; "" for none that has one.
func function(l nn.LayerSpec) string {
	switch {
	case l.Type == "activation":
		return l.Activation
	case l.Type == "leaky_relu" && l.NegativeSlope == 0.2, l.Type == "elu" && l.Alpha == 1:
		return l.Type
	}
	return ""
}

// fold returns m's network as Dense layers alone. Dropout goes, since it does nothing in inference, and batch
// normalization goes into the weights of the layers beside it.
func fold(m *modelfile.Model) (network, error) {
	folded, err := chain.Of(m, "").Folded()
	if err != nil {
		return nil, err
	}
	var layers network
	for _, s := range folded.Steps {
		if d, ok := s.(chain.Dense); ok {
			layers = append(layers, dense{in: d.Inputs, out: d.Units, kernel: d.Kernel, bias: d.Bias})
		}
	}
	return layers, nil
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
