package nn

// LayerSummary is what Keras's model.summary() says of a layer.
type LayerSummary struct {
	Name      string // dense_1
	Class     string // Dense
	Output    Shape  // of its output
	Params    int    // number of its parameters
	Trainable int    // those that training changes
}

// Summary returns a line for each layer. A Dense layer has in*units weights and units biases: 784*100 + 100 = 78,500
// for 100 units that read MNIST.
func (a Architecture) Summary() []LayerSummary {
	lines := make([]LayerSummary, 0, len(a.Layers))
	in := a.InputShape()
	for _, l := range a.Layers {
		line := LayerSummary{Name: l.Name, Class: l.kind().class, Output: l.kind().shape(l, in)}
		for _, p := range l.kind().params(l, in) {
			line.Params += p.Count()
			if !p.Fixed {
				line.Trainable += p.Count()
			}
		}
		lines = append(lines, line)
		in = line.Output
	}
	return lines
}

// ParamSpec is the name and shape of one array of parameters.
type ParamSpec struct {
	Name  string // dense.kernel
	Shape []int  // [in, out] of a kernel, [out] of a bias
	Fixed bool   // not changed by gradient: a moving average
}

// Params returns the parameters of a valid architecture in Keras's order: what Sequential.Params will hold.
func (a Architecture) Params() []ParamSpec {
	var all []ParamSpec
	in := a.InputShape()
	for _, l := range a.Layers {
		all = append(all, l.kind().params(l, in)...)
		in = l.kind().shape(l, in)
	}
	return all
}

// Count returns the number of elements.
func (p ParamSpec) Count() int { return Shape(p.Shape).Size() }

// Parameters returns the number of parameters of all layers.
func (a Architecture) Parameters() int {
	sum := 0
	for _, l := range a.Summary() {
		sum += l.Params
	}
	return sum
}
