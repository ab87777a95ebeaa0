package nn

import (
	"errors"
	"fmt"

	"dnn/internal/nn/batch"
)

// Architecture describes a network without its weights: what an experiment file asks for, what a model file stores and
// what New builds. Names are Keras's.
type Architecture struct {
	Input  int         `json:"input"`  // features of one sample
	Layers []LayerSpec `json:"layers"` // in order from the input; the last one gives the output
	Loss   string      `json:"loss"`   // one of Losses

	LabelSmoothing float64 `json:"label_smoothing,omitempty"` // fraction of targets spread over all classes
}

// LayerSpec describes one layer. Which fields matter depends on Type; the others are zero.
type LayerSpec struct {
	Type string `json:"type"` // one of LayerTypes
	Name string `json:"name"` // dense, dense_1, …: unique in the network

	// dense; activation has an Activation too
	Units             int         `json:"units,omitempty"`             // outputs
	Activation        string      `json:"activation,omitempty"`        // one of Activations
	KernelInitializer Initializer `json:"kernel_initializer,omitzero"` // by default glorot_uniform
	BiasInitializer   Initializer `json:"bias_initializer,omitzero"`   // by default zeros
	L1                float64     `json:"l1,omitempty"`                // factor in the loss of sum |w| of the kernel
	L2                float64     `json:"l2,omitempty"`                // factor in the loss of sum w^2 of the kernel

	// dropout
	Rate float64 `json:"rate,omitempty"` // fraction of inputs set to 0

	// batch_normalization
	Momentum float64 `json:"momentum,omitempty"` // of the moving averages
	Epsilon  float64 `json:"epsilon,omitempty"`  // added to variances

	NegativeSlope float64 `json:"negative_slope,omitempty"` // leaky_relu: factor of what is below 0
	Alpha         float64 `json:"alpha,omitempty"`          // elu: minus what it tends to below 0
}

// InputShape returns the shape of one sample.
func (a Architecture) InputShape() Shape { return Shape{a.Input} }

// Output returns the number of outputs of the last layer.
func (a Architecture) Output() int {
	out := a.InputShape()
	for _, l := range a.Layers {
		out = l.kind().shape(l, out)
	}
	return out.Size()
}

// Classes returns the number of classes: one for each output, or two for a single output.
func (a Architecture) Classes() int { return max(2, a.Output()) }

// Validate returns the first mistake in the architecture, or nil.
func (a Architecture) Validate() error {
	if a.Input < 1 {
		return fmt.Errorf("wanted at least 1 input, found %d", a.Input)
	}
	if len(a.Layers) == 0 {
		return errors.New("wanted at least one layer, found none")
	}
	loss, ok := findLoss(a.Loss)
	if !ok {
		return fmt.Errorf("loss: wanted one of %v, found %q", Losses(), a.Loss)
	}
	switch {
	case !(a.LabelSmoothing >= 0 && a.LabelSmoothing <= 1):
		return fmt.Errorf("label_smoothing: wanted a number from 0 to 1, found %v", a.LabelSmoothing)
	case a.LabelSmoothing > 0 && !loss.smooths:
		return fmt.Errorf("label_smoothing: wanted a loss that smooths labels, found %s", a.Loss)
	}
	names := make(map[string]bool, len(a.Layers))
	for i, l := range a.Layers {
		where := fmt.Sprintf("layer %d", i+1)
		kind := l.kind()
		switch {
		case kind.build == nil:
			return fmt.Errorf("%s: wanted a type out of %v, found %q", where, LayerTypes(), l.Type)
		case l.Name == "" || names[l.Name]:
			return fmt.Errorf("%s: wanted a name of its own, found %q", where, l.Name)
		case (i == 0 || i == len(a.Layers)-1) && l.Type != "dense":
			return fmt.Errorf("%s: wanted dense as the first and the last layer, found %s", where, l.Type)
		}
		if err := check(kind.settings(&l)); err != nil {
			return fmt.Errorf("%s: %w", where, err)
		}
		names[l.Name] = true
	}
	if n := a.Output(); n > batch.MaxClasses {
		return fmt.Errorf("wanted at most %d output units, found %d", batch.MaxClasses, n)
	}
	return nil
}
