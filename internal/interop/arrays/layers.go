package arrays

import (
	"math"
	"slices"
	"strconv"
	"strings"

	"dnn/internal/fault"
	"dnn/internal/interop/chain"
)

// layer is the arrays of one layer.
type layer struct {
	name   string
	arrays []Array        // in the order of the file
	parts  map[role]Array // the same
	inputs bool           // the mean and variance are those of the inputs: Keras's Normalization
}

// lossName matches the parts of names that a loss with weights of its own has in a state_dict.
var lossName = pattern(`(?i)(^|[._/])(\w*loss(_fn|_function)?|criterion)([._/]|$)`)

// group puts the arrays of each layer together, in the order in which they appear. What is no weight is left out.
func group(arrays []Array, where string) ([]layer, error) {
	var names []string
	for _, a := range arrays {
		names = append(names, variableName().ReplaceAllString(a.Name, "$1/$2"))
	}
	prefix := common(names)
	var layers []layer
	at := map[string]int{}
	for _, a := range arrays {
		name, r := split(a.Name[prefix:])
		variable := variableName().FindStringSubmatch(a.Name)
		if variable != nil {
			name = variable[1][prefix:]
			r = role("vars/" + variable[2])
		}
		if skipped(a, r) {
			continue
		}
		if err := check(a, r, where); err != nil {
			return nil, err
		}
		i, ok := at[name]
		if !ok {
			i = len(layers)
			at[name] = i
			layers = append(layers, layer{name: name, parts: map[role]Array{}})
		}
		if old, ok := layers[i].parts[r]; ok {
			return nil, refuse(where, a, "wanted one %s for a layer, found another: %s", r, short(old.Name))
		}
		layers[i].parts[r] = a
		layers[i].arrays = append(layers[i].arrays, a)
	}
	for i := range layers {
		if err := layers[i].number(where); err != nil {
			return nil, err
		}
	}
	return layers, nil
}

// skipped reports whether an array is no weight of a layer: a counter, or a weight of a loss.
func skipped(a Array, r role) bool {
	if a.Data == nil && (r == counter || len(a.Shape) == 0) {
		return true
	}
	return r == counter || len(a.Shape) <= 1 && lossName().MatchString(a.Name)
}

// check refuses an array that no layer of a chain has.
func check(a Array, r role, where string) error {
	foreign := foreignLayer(a.Name)
	switch {
	case foreign != "":
		return refuse(where, a, "wanted weights of dense or batch normalization layers, found those of %s", foreign)
	case a.Data == nil:
		return refuse(where, a, "wanted weights that are floating-point numbers, found %s: a quantized model?", a.Type)
	case len(a.Shape) > 2:
		kind := "more dimensions"
		if len(a.Shape) <= 5 && (r == kernel || r == weight || r == matrix || strings.HasPrefix(string(r), "vars/")) {
			kind = "a convolution (or another layer of more dimensions)"
		}
		return refuse(where, a, "wanted weights of at most 2 dimensions, found those of %s", kind)
	case r == "":
		return refuse(where, a, "wanted a name that ends in weight, kernel, bias, gamma, running_mean or the like")
	}
	const exponent = 0x7f800000 // all ones: infinite, or not a number
	for _, x := range a.Data {
		if math.Float32bits(x)&exponent == exponent {
			return refuse(where, a, "wanted finite numbers, found %v", x)
		}
	}
	return nil
}

// number gives the arrays of a layer whose names are numbers, as in the files of Keras 3, their roles.
func (l *layer) number(where string) error {
	if !slices.ContainsFunc(l.arrays, func(a Array) bool { return variableName().MatchString(a.Name) }) {
		return nil
	}
	var sorted []Array
	for i := range l.arrays {
		a, ok := l.parts[role("vars/"+strconv.Itoa(i))]
		if !ok {
			return refuse(where, l.arrays[0], "wanted its layer's variables as vars/0, vars/1, …")
		}
		sorted = append(sorted, a)
	}
	var roles []role
	switch vectors := vectorsIn(sorted); {
	case vectors == len(sorted) && vectors == 4:
		roles = []role{gamma, beta, mean, variance}
	case vectors == len(sorted) && vectors == 2:
		roles = []role{mean, variance}
	case vectors == len(sorted)-1 && vectors <= 1 && len(sorted[0].Shape) == 2:
		roles = []role{kernel, bias}
	default:
		return refuse(where, sorted[0], "wanted the variables of a dense or batch normalization layer, found %s",
			fault.Count(len(sorted), "array"))
	}
	l.parts = map[role]Array{}
	for i, a := range sorted {
		l.parts[roles[i]] = a
	}
	return nil
}

func vectorsIn(arrays []Array) (n int) {
	for _, a := range arrays {
		if len(a.Shape) == 1 {
			n++
		}
	}
	return n
}

// layout is which dimension of a matrix is the inputs.
type layout int

const (
	inputsFirst layout = iota // Keras
	unitsFirst                // PyTorch
)

// element is a step, and how many values it takes and gives.
type element struct {
	step            chain.Step
	name            string
	inputs, outputs int
	shape           string // the array's that decided
}

// element returns the layer as a step.
func (l layer) element(m layout, where string) (element, error) {
	for _, r := range []role{kernel, weight, matrix} {
		if a, ok := l.parts[r]; ok && (len(a.Shape) == 2 || r != weight) {
			return l.dense(a, m, where)
		}
	}
	if _, ok := l.parts[shift]; ok {
		return l.affine(where)
	}
	return l.normalization(m, where)
}

// dense returns a layer with a matrix. Its bias says which dimension is the units, if they differ and the name does not.
func (l layer) dense(a Array, m layout, where string) (element, error) {
	if len(a.Shape) != 2 || len(a.Data) == 0 {
		return element{}, refuse(where, a, "wanted a matrix")
	}
	d := chain.Dense{Name: l.name, Inputs: a.Shape[0], Units: a.Shape[1], Kernel: a.Data}
	if m == unitsFirst {
		d.Inputs, d.Units = d.Units, d.Inputs
		d.Kernel = chain.Transpose(a.Data, a.Shape[0], a.Shape[1])
	}
	for _, other := range l.arrays {
		if other.Name != a.Name && other.Name != l.parts[bias].Name {
			return element{}, refuse(where, other, "wanted a dense layer's weights next to %s, found something else",
				short(a.Name))
		}
	}
	if b, ok := l.parts[bias]; ok {
		if len(b.Data) != d.Units || len(b.Shape) > 2 {
			return element{}, refuse(where, b, "wanted %s, as %s is %s", fault.Count(d.Units, "value"), short(a.Name),
				shapeText(a.Shape))
		}
		d.Bias = b.Data
	}
	return element{d, l.name, d.Inputs, d.Units, a.Name + " " + shapeText(a.Shape)}, nil
}

// normalization returns a batch normalization, or Keras's Normalization.
func (l layer) normalization(m layout, where string) (element, error) {
	first := l.arrays[0]
	means, ok := l.parts[mean]
	v, both := l.parts[variance]
	if !ok || !both {
		kind := "a layer that dnn has not"
		if len(l.parts) <= 2 {
			kind = "what may be a layer normalization"
		}
		return element{}, refuse(where, first, "wanted a layer's matrix, or the moving mean and variance of a batch "+
			"normalization, found %s", kind)
	}
	n := len(means.Data)
	for _, a := range l.arrays {
		if len(a.Shape) != 1 || len(a.Data) != n || n == 0 {
			return element{}, refuse(where, a, "wanted as many values as %s has: %d", short(means.Name), n)
		}
	}
	for _, x := range v.Data {
		if x < 0 {
			return element{}, refuse(where, v, "wanted variances of 0 or more, found %v", x)
		}
	}
	b := chain.BatchNormalization{Name: l.name, Mean: means.Data, Variance: v.Data, Epsilon: torchEpsilon}
	for _, r := range []role{gamma, weight, scale} {
		if a, ok := l.parts[r]; ok {
			b.Gamma = a.Data
		}
	}
	for _, r := range []role{beta, bias} {
		if a, ok := l.parts[r]; ok {
			b.Beta = a.Data
		}
	}
	shape := means.Name + " " + shapeText(means.Shape)
	last := means.Name[strings.LastIndexAny(means.Name, "./")+1:]
	if l.inputs || last == "mean" && b.Gamma == nil && b.Beta == nil {
		return element{standardize(l.name, means.Data, v.Data), l.name, n, n, shape}, nil
	}
	if strings.HasPrefix(last, "moving") || variableName().MatchString(means.Name) ||
		positionName().MatchString(means.Name) && m == inputsFirst {
		b.Epsilon = kerasEpsilon
	}
	return element{b, l.name, n, n, shape}, nil
}

// The defaults of the programs; no array holds the value.
const (
	torchEpsilon = 1e-5 // also Flax's
	kerasEpsilon = 1e-3
)

// standardize returns Keras's Normalization: (x - mean) / max(sqrt(variance), 1e-7).
func standardize(name string, means, variances []float32) chain.Affine {
	a := chain.Affine{Name: name}
	for i := range means {
		s := 1 / max(math.Sqrt(float64(variances[i])), 1e-7)
		a.Scale = append(a.Scale, s)
		a.Shift = append(a.Shift, -float64(means[i])*s)
	}
	return a
}

// affine returns a layer that has a scale and a shift, as dnn writes them.
func (l layer) affine(where string) (element, error) {
	s, b := l.parts[scale], l.parts[shift]
	if len(l.parts) != 2 || len(s.Data) != len(b.Data) || len(s.Shape) > 1 || len(s.Data) == 0 {
		return element{}, refuse(where, l.arrays[0], "wanted a scale and a shift of the same number of values")
	}
	a := chain.Affine{Name: l.name}
	for i := range s.Data {
		a.Scale = append(a.Scale, float64(s.Data[i]))
		a.Shift = append(a.Shift, float64(b.Data[i]))
	}
	n := len(s.Data)
	if n == 1 {
		n = 0 // for any number of inputs
	}
	return element{a, l.name, n, n, s.Name + " " + shapeText(s.Shape)}, nil
}
