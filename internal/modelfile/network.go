package modelfile

import (
	"fmt"
	"reflect"
	"slices"
	"strconv"
	"strings"

	"dnn/internal/fault"
	"dnn/internal/nn"
	"dnn/internal/table"
)

// Store copies the architecture and the weights of a network into m.
func (m *Model) Store(network *nn.Sequential) {
	m.Architecture = network.Architecture()
	m.Tensors = nil
	for _, p := range network.Params() {
		m.Tensors = append(m.Tensors, Tensor{Name: p.Name, Shape: p.Shape, Data: p.Floats()})
	}
}

// Network builds the network that m describes. where is the file that m was read from.
func (m *Model) Network(where string) (*nn.Sequential, error) {
	network, err := nn.NewUnset(m.Architecture, m.Seed)
	if err != nil {
		return nil, fault.New(fault.Data, where, "architecture: %w", err)
	}
	return network, m.Load(network, where)
}

// Load copies m's weights into a network. where is the file that m was read from. A network with other outputs for the
// same weights is a fault.Config. What only matters in training (Dropout, initializers, penalties, label smoothing) may
// differ.
func (m *Model) Load(network *nn.Sequential, where string) error {
	if found, wanted := inference(m.Architecture), inference(network.Architecture()); !reflect.DeepEqual(found, wanted) {
		return fault.New(fault.Config, where, "wanted the network %s, %s, found %s, %s",
			describe(wanted), wanted.Loss, describe(found), found.Loss)
	}
	for i, p := range network.Params() {
		p.SetFloats(m.Tensors[i].Data)
	}
	return nil
}

// Restandardized returns a model that gives, for inputs standardized with mean and std, what m gives for inputs
// standardized with its own: it changes the weights of the first layer, which is always Dense. A model that needs no
// change is returned as it is.
func (m *Model) Restandardized(mean, std []float64) *Model {
	if len(m.Mean) == 0 || len(mean) != len(m.Mean) || slices.Equal(mean, m.Mean) && slices.Equal(std, m.Std) {
		return m
	}
	other := *m
	other.Mean, other.Std = mean, std
	other.Tensors = slices.Clone(m.Tensors)
	kernel, bias := slices.Clone(m.Tensors[0].Data), slices.Clone(m.Tensors[1].Data)
	for o := range bias {
		sum := float64(bias[o])
		for i := range mean { // m's input is scale times the given one, plus shift
			scale, shift := std[i]/m.Std[i], (mean[i]-m.Mean[i])/m.Std[i]
			if std[i] == table.ConstantStd { // a constant column, whose inputs are 0
				scale = 0
			}
			k := float64(kernel[i*len(bias)+o])
			sum += float64(shift * k)
			kernel[i*len(bias)+o] = float32(scale * k)
		}
		bias[o] = float32(sum)
	}
	other.Tensors[0].Data, other.Tensors[1].Data = kernel, bias
	return &other
}

// Rescaled returns a model that gives, for pixels that were multiplied with scale, what m gives for those multiplied with
// its own Scale: it changes the kernel of the first layer. A model that needs no change is returned as it is.
func (m *Model) Rescaled(scale float64) *Model {
	if m.Scale == scale {
		return m
	}
	other := *m
	other.Scale = scale
	other.Tensors = slices.Clone(m.Tensors)
	kernel := slices.Clone(m.Tensors[0].Data)
	for i, k := range kernel {
		kernel[i] = float32(float64(k) * (m.Scale / scale))
	}
	other.Tensors[0].Data = kernel
	return &other
}

// Fits refuses a data set whose samples have another number of features than m takes, or whose files have another hash
// than those that m was trained on. where is the file that m was read from.
func (m *Model) Fits(where string, features int, dataHash string) error {
	switch {
	case m.Architecture.Input != features:
		return fault.New(fault.Data, where, "takes %s a sample, %s has %d",
			fault.Count(m.Architecture.Input, "feature"), m.Dataset, features)
	case m.DataHash != "" && m.DataHash != dataHash:
		return fault.New(fault.Data, where, "was trained on other files called %s", m.Dataset)
	}
	return nil
}

// inference returns a without what does not change the outputs of given weights.
func inference(a nn.Architecture) nn.Architecture {
	reduced := nn.Architecture{Input: a.Input, Loss: a.Loss}
	for _, l := range a.Layers {
		if l.Type == "dropout" {
			continue
		}
		reduced.Layers = append(reduced.Layers, nn.LayerSpec{
			Type: l.Type, Name: l.Name, Units: l.Units, Activation: l.Activation, Epsilon: l.Epsilon,
			NegativeSlope: l.NegativeSlope, Alpha: l.Alpha,
		})
	}
	return reduced
}

// Structure returns, on one line, what decides the outputs of given weights: 784-100 relu-10 softmax. Two models with the
// same structure and the same weights compute the same.
func (m *Model) Structure() string { return describe(inference(m.Architecture)) }

// describe returns an architecture on one line, without its loss.
func describe(a nn.Architecture) string {
	var out strings.Builder
	out.WriteString(strconv.Itoa(a.Input))
	for _, l := range a.Layers {
		switch l.Type {
		case "dense":
			fmt.Fprintf(&out, "-%d %s", l.Units, l.Activation)
		case "activation":
			out.WriteString("-" + l.Activation)
		default:
			out.WriteString("-" + l.Type + number(l))
		}
	}
	return out.String()
}

// number returns the number that a layer without units has: " (epsilon 0.001)"; "" for one without a number.
func number(l nn.LayerSpec) string {
	names := map[string]string{"batch_normalization": "epsilon", "leaky_relu": "negative_slope", "elu": "alpha"}
	if name, ok := names[l.Type]; ok {
		return fmt.Sprintf(" (%s %v)", name, l.Epsilon+l.NegativeSlope+l.Alpha) // all but one are 0
	}
	return ""
}

// ReplaceExtension returns the name of a file that belongs to the model at path, with another extension than .bin:
// model.bin and ".history.csv" give model.history.csv. A path without .bin gets the extension at its end.
func ReplaceExtension(path, ending string) string { return strings.TrimSuffix(path, ".bin") + ending }
