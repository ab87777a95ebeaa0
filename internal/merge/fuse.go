package merge

import (
	"slices"

	"dnn/internal/modelfile"
	"dnn/internal/nn"
)

// fuse returns a model that gives the same in inference, in which an activation layer behind a linear Dense layer is
// that layer's activation. Only batch normalization, which goes into the Dense layer's weights, and Dropout may stand
// between the two. What is left of such layers cannot be merged. A model without them is returned as it is.
func fuse(m *modelfile.Model) *modelfile.Model {
	fused := *m
	fused.Architecture.Layers, fused.Tensors = nil, nil
	linear, first := -1, 0 // the last linear Dense layer that an activation can still join, and its kernel; -1: none
	tensors, changed := m.Tensors, false
	for _, l := range m.Architecture.Layers {
		name := function(l)
		switch {
		case name == "linear":
			changed = true
			continue
		case name != "" && linear >= 0:
			absorb(&fused, linear, first, name)
			linear, changed = -1, true
			continue
		case l.Type == "dense" && l.Activation == "linear":
			linear, first = len(fused.Architecture.Layers), len(fused.Tensors)
		case l.Type != "dropout" && l.Type != "batch_normalization":
			linear = -1
		}
		n := map[string]int{"dense": 2, "batch_normalization": 4}[l.Type]
		fused.Architecture.Layers = append(fused.Architecture.Layers, l)
		fused.Tensors = append(fused.Tensors, tensors[:n]...)
		tensors = tensors[n:]
	}
	if !changed {
		return m
	}
	return &fused
}

// absorb makes the last layers of m, from the Dense layer at index at on, one Dense layer with that activation. kernel
// is the index of its kernel. With scale and shift of the batch normalization behind it,
//
//	kernel'_io = kernel_io scale_o,  bias'_o = bias_o scale_o + shift_o
func absorb(m *modelfile.Model, at, kernel int, activation string) {
	var after affine
	rest := m.Tensors[kernel+2:]
	for _, l := range m.Architecture.Layers[at+1:] {
		if l.Type == "batch_normalization" {
			after = after.then(normalization(l.Epsilon, rest[0], rest[1], rest[2], rest[3]))
			rest = rest[4:]
		}
	}
	m.Architecture.Layers = m.Architecture.Layers[:at+1]
	m.Architecture.Layers[at].Activation = activation
	m.Tensors = m.Tensors[:kernel+2]
	if after.scale == nil {
		return
	}
	k, bias := &m.Tensors[kernel], &m.Tensors[kernel+1]
	k.Data, bias.Data = slices.Clone(k.Data), slices.Clone(bias.Data)
	for o, scale := range after.scale {
		for i := o; i < len(k.Data); i += len(bias.Data) {
			k.Data[i] = float32(float64(k.Data[i]) * scale)
		}
		bias.Data[o] = float32(float64(float64(bias.Data[o])*scale) + after.shift[o])
	}
}

// function returns the activation that a layer of another type than Dense applies, by its name; "" if it applies none
// that has one.
func function(l nn.LayerSpec) string {
	switch {
	case l.Type == "activation":
		return l.Activation
	case l.Type == "leaky_relu" && l.NegativeSlope == 0.2, l.Type == "elu" && l.Alpha == 1:
		return l.Type
	}
	return ""
}
