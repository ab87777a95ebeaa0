package chain

import (
	"slices"

	"dnn/internal/modelfile"
	"dnn/internal/nn"
	"dnn/internal/table"
)

// Of returns m as a Chain that takes what m takes: the bytes of an image, or the values of a table's columns. Its first
// step scales or standardizes them, if they need it. program is the program that writes it, with its version.
func Of(m *modelfile.Model, program string) *Chain {
	c := &Chain{
		Input: slices.Clone(m.InputShape), Bytes: m.Columns == nil, Classes: slices.Clone(m.Classes),
		Columns: slices.Clone(m.Columns), Loss: m.Architecture.Loss, Program: program,
		LabelSmoothing: m.Architecture.LabelSmoothing,
	}
	switch {
	case m.Columns != nil:
		c.addStandardization(m.Mean, m.Std)
	case m.Scale != 1:
		c.Steps = append(c.Steps, Affine{Name: "rescaling", Scale: []float64{m.Scale}, Shift: []float64{0}})
	}
	inputs := m.Architecture.Input
	tensors := m.Tensors
	for _, l := range m.Architecture.Layers {
		switch l.Type {
		case "dense":
			c.Steps = append(c.Steps, Dense{Name: l.Name, Inputs: inputs, Units: l.Units,
				Kernel: tensors[0].Data, Bias: tensors[1].Data})
			if l.Activation != "linear" {
				c.Steps = append(c.Steps, activationOf("", l.Activation))
			}
			tensors, inputs = tensors[2:], l.Units
		case "batch_normalization":
			c.Steps = append(c.Steps, BatchNormalization{Name: l.Name, Momentum: l.Momentum, Epsilon: l.Epsilon,
				Gamma: tensors[0].Data, Beta: tensors[1].Data, Mean: tensors[2].Data, Variance: tensors[3].Data})
			tensors = tensors[4:]
		case "dropout":
			c.Steps = append(c.Steps, Dropout{Name: l.Name, Rate: l.Rate})
		default:
			c.Steps = append(c.Steps, layerActivation(l))
		}
	}
	return c
}

// addStandardization adds the step that standardizes a table's columns. A column that was constant in training becomes 0.
func (c *Chain) addStandardization(mean, std []float64) {
	a := Affine{Name: "normalization", Scale: make([]float64, len(mean)), Shift: make([]float64, len(mean))}
	changes := false
	for i := range mean {
		if std[i] == table.ConstantStd {
			changes = true
			continue
		}
		a.Scale[i] = 1 / std[i]
		a.Shift[i] = -mean[i] / std[i]
		changes = changes || mean[i] != 0 || std[i] != 1
	}
	if changes {
		c.Steps = append(c.Steps, a)
	}
}

// activationOf returns the step of an activation by its name, with Keras's defaults.
func activationOf(layer, function string) Activation {
	a := Activation{Name: layer, Function: function}
	switch function {
	case "leaky_relu":
		a.Slope = 0.2
	case "elu":
		a.Alpha = 1
	}
	return a
}

// layerActivation returns the step of a layer that is an activation.
func layerActivation(l nn.LayerSpec) Activation {
	switch l.Type {
	case "leaky_relu":
		return Activation{Name: l.Name, Function: l.Type, Slope: l.NegativeSlope}
	case "elu":
		return Activation{Name: l.Name, Function: l.Type, Alpha: l.Alpha}
	}
	return activationOf(l.Name, l.Activation)
}
