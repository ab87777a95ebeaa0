// Package inference reduces a chain to what is computed for one sample: four kinds of steps, checked, so that a writer of
// code need not doubt them. What a chain has for training is left out.
package inference

import (
	"math"
	"slices"
	"strconv"

	"dnn/internal/fault"
	"dnn/internal/interop/chain"
)

// Network is the steps of a chain in inference.
type Network struct {
	Inputs, Outputs int    // the number of values that the first step takes, and the last one gives
	Steps           []Step // in order from the input
	Answer          Answer
	Classes         []string // the name of each class, "0", "1", … if the chain has none; nil if Answer is Value
}

// Step is one of Affine, Dense, Normalization and Activation.
type Step interface {
	// Describe says in a few words what the step computes.
	Describe() string
}

// Affine is x Scale + Shift, in float64, rounded to float32. It has one of each for all values, or one for each value.
type Affine struct{ Scale, Shift []float64 }

// Dense is x Kernel + Bias. Kernel is [Inputs, Units], row-major; Bias has Units numbers.
type Dense struct {
	Inputs, Units int
	Kernel, Bias  []float32
}

// Normalization is (x - Mean) Scale + Shift, value by value: a batch normalization with the averages of its training.
type Normalization struct{ Mean, Scale, Shift []float32 }

// Activation applies a function of nn.Activations, not linear. Slope and Alpha are those of chain.Activation.
type Activation struct {
	Function     string
	Slope, Alpha float64
}

// Answer is how the outputs tell a class.
type Answer int

// The ways to tell a class.
const (
	Value     Answer = iota // one output that is a value, of no class
	Threshold               // one output, the probability of class 1: it is class 1 above 0.5
	Largest                 // an output for each class: it is the class of the largest one, the first of equals
)

// Of returns the network of a chain. It refuses a chain without steps or activations, steps that do not fit each other,
// numbers that are not finite, and names that are not as many as what they name.
func Of(c *chain.Chain) (*Network, error) {
	width, err := inputs(c.Input)
	if err != nil {
		return nil, err
	}
	if c.Unsaid.Activations {
		return nil, fault.New(fault.Data, "", "wanted a network with its activations, found weights only")
	}
	n := &Network{Inputs: width}
	for i, s := range c.Steps {
		where := "step " + strconv.Itoa(i+1)
		step, err := reduce(s, width, where)
		if err != nil {
			return nil, err
		}
		if d, ok := step.(Dense); ok {
			width = d.Units
		}
		if step != nil {
			n.Steps = append(n.Steps, step)
		}
	}
	if !slices.ContainsFunc(n.Steps, func(s Step) bool { _, ok := s.(Dense); return ok }) {
		return nil, fault.New(fault.Data, "", "wanted a network with a dense layer, found none")
	}
	n.Outputs = width
	if k := len(c.Columns); k != 0 && k != n.Inputs {
		return nil, fault.New(fault.Data, "", "wanted %s, found %d", fault.Count(n.Inputs, "column name"), k)
	}
	if err := n.answer(c.Classes); err != nil {
		return nil, err
	}
	return n, nil
}

// inputs returns the number of values of a sample of a shape.
func inputs(shape []int) (int, error) {
	size := min(1, len(shape))
	for _, d := range shape {
		if d < 1 || size > math.MaxInt32/d {
			return 0, fault.New(fault.Data, "", "wanted an input of one dimension or more, each at least 1, found %v", shape)
		}
		size *= d
	}
	if size == 0 {
		return 0, fault.New(fault.Data, "", "wanted the shape of the input, found none")
	}
	return size, nil
}

// answer sets Answer and Classes, given the chain's names.
func (n *Network) answer(names []string) error {
	classes := n.Outputs
	n.Answer = Largest
	if n.Outputs == 1 {
		n.Answer = Value
		if len(names) == 2 || n.ends("sigmoid") || n.ends("hard_sigmoid") {
			n.Answer, classes = Threshold, 2
		}
	}
	switch {
	case n.Answer == Value:
		return nil
	case len(names) != 0 && len(names) != classes:
		return fault.New(fault.Data, "", "wanted %s, found %d", fault.Count(classes, "class name"), len(names))
	case len(names) != 0:
		n.Classes = slices.Clone(names)
		return nil
	}
	for i := range classes {
		n.Classes = append(n.Classes, strconv.Itoa(i))
	}
	return nil
}

// ends reports whether the last step is the given activation.
func (n *Network) ends(function string) bool {
	a, ok := n.Steps[len(n.Steps)-1].(Activation)
	return ok && a.Function == function
}

// Probabilities reports whether the outputs are probabilities.
func (n *Network) Probabilities() bool { return n.ends("softmax") || n.ends("sigmoid") }

// Weights returns the number of numbers that the steps have.
func (n *Network) Weights() int {
	count := 0
	for _, s := range n.Steps {
		switch s := s.(type) {
		case Affine:
			count += len(s.Scale) + len(s.Shift)
		case Dense:
			count += len(s.Kernel) + len(s.Bias)
		case Normalization:
			count += len(s.Mean) + len(s.Scale) + len(s.Shift)
		}
	}
	return count
}
