// Package chain describes a dense network as a list of steps, which is what the formats of all programs have in common.
// A reader of a format turns a file into a Chain, and a writer turns a Chain into a file; neither knows model.bin.
// Of makes a Chain of a model, and Chain.Model makes a model of a Chain.
//
// A step takes one sample, a vector of numbers, and gives another. Inputs of more dimensions, such as an image, are
// flattened in row-major order before the first step.
package chain

import "slices"

// Chain is a network, the values that its file has of it, and what the file does not say.
type Chain struct {
	Input   []int    // the shape of one sample: [784], [28, 28] or [28, 28, 1]; its product is what the first step takes
	Bytes   bool     // the file says that inputs are whole numbers from 0 to 255
	Steps   []Step   // in order from the input; the last one gives the output
	Classes []string // the name of each class, in the order of the outputs; nil: unknown
	Columns []string // the name of each input, if it is a table; nil: unknown
	Loss    string   // Keras's name of the loss that it was trained with; empty: unknown
	Program string   // that wrote it, with its version; empty: unknown

	LabelSmoothing float64 // of a loss that is a cross-entropy: the fraction of targets that is spread over all classes

	Optimizer *Adam    // the state to train on with; nil: unknown
	Notes     []string // what a person should know: what was rounded, left out or assumed
	Unsaid    Unsaid   // what the file does not say
}

// Unsaid is what a format cannot say, so that a person must.
type Unsaid struct {
	Activations bool // the Steps have no Activation, since the file has weights only
}

// Step is one of Affine, Dense, BatchNormalization, Activation and Dropout.
type Step interface{ isStep() }

// Affine is x Scale + Shift, element by element: Keras's Rescaling and Normalization.
type Affine struct {
	Name         string    // of the layer or operator; may be empty
	Scale, Shift []float64 // one number for all values, or one for each
}

// Dense is x kernel + bias.
type Dense struct {
	Name          string
	Inputs, Units int
	Kernel        []float32 // [Inputs, Units], row-major, as in Keras; PyTorch's weight is its transpose
	Bias          []float32 // [Units]; nil: none
}

// BatchNormalization is gamma (x - mean) / sqrt(variance + epsilon) + beta, as in inference.
type BatchNormalization struct {
	Name           string
	Gamma, Beta    []float32 // nil: ones, and zeros
	Mean, Variance []float32 // the moving averages
	Momentum       float64   // of the moving averages, as in Keras (PyTorch's is 1 minus that); 0: unknown
	Epsilon        float64
}

// Activation applies a function to each value, or softmax to all.
type Activation struct {
	Name     string // of a layer or operator of its own; empty: it belongs to the Dense before it
	Function string // one of nn.Activations
	// Slope is leaky_relu's factor below 0, Alpha elu's. Other functions have 0 for both.
	Slope, Alpha float64
}

// Dropout does nothing in inference.
type Dropout struct {
	Name string
	Rate float64 // the fraction of values that training sets to 0
}

func (Affine) isStep()             {}
func (Dense) isStep()              {}
func (BatchNormalization) isStep() {}
func (Activation) isStep()         {}
func (Dropout) isStep()            {}

// Adam is the state of Adam (Kingma and Ba, ICLR 2015), in Keras's terms.
type Adam struct {
	LearningRate, Beta1, Beta2, Epsilon float64
	Iterations                          int64
	// Momentum and Velocity are the running means of the gradient and of its square, for each parameter by its name in
	// a model file: dense.kernel, dense.bias, batch_normalization.gamma.
	Momentum, Velocity map[string][]float32
}

// Note adds a note, unless it is there.
func (c *Chain) Note(text string) {
	if !slices.Contains(c.Notes, text) {
		c.Notes = append(c.Notes, text)
	}
}

// Outputs returns the number of values that the last step gives.
func (c *Chain) Outputs() int {
	size := product(c.Input)
	for _, s := range c.Steps {
		if d, ok := s.(Dense); ok {
			size = d.Units
		}
	}
	return size
}

// Inputs returns the number of values of one sample.
func (c *Chain) Inputs() int { return product(c.Input) }
