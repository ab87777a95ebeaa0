package arrays

import (
	"encoding/json"
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"

	"dnn/internal/fault"
	"dnn/internal/interop/chain"
)

// DocumentName is what the document beside arrays is called: a key of .safetensors' metadata, an array of .npz.
const DocumentName = "dnn.chain"

// document is what arrays alone do not say of a chain.
type document struct {
	Input   []int          `json:"input"`
	Bytes   bool           `json:"bytes,omitempty"`
	Steps   []documentStep `json:"steps"`
	Classes []string       `json:"classes,omitempty"`
	Columns []string       `json:"columns,omitempty"`
	Loss    string         `json:"loss,omitempty"`
	Smooth  float64        `json:"label_smoothing,omitempty"`
	Program string         `json:"program,omitempty"`
}

// documentStep is a step without its arrays.
type documentStep struct {
	Step     string    `json:"step"` // affine, dense, batch_normalization, activation or dropout
	Name     string    `json:"name,omitempty"`
	Arrays   string    `json:"arrays,omitempty"` // what the names of its arrays begin with, before a dot
	Scale    []float64 `json:"scale,omitempty"`
	Shift    []float64 `json:"shift,omitempty"`
	Momentum float64   `json:"momentum,omitempty"`
	Epsilon  float64   `json:"epsilon,omitempty"`
	Function string    `json:"function,omitempty"`
	Slope    float64   `json:"slope,omitempty"`
	Alpha    float64   `json:"alpha,omitempty"`
	Rate     float64   `json:"rate,omitempty"`
}

// Names returns a name for each step that has arrays, which is unique and safe in any format: its own, or Keras's
// default. Other steps have "".
func Names(c *chain.Chain) []string {
	names := make([]string, len(c.Steps))
	used := map[string]bool{}
	for i, s := range c.Steps {
		var own, kind string
		switch s := s.(type) {
		case chain.Dense:
			own, kind = s.Name, "dense"
		case chain.BatchNormalization:
			own, kind = s.Name, "batch_normalization"
		default:
			continue
		}
		base := Safe(own)
		if base == "" {
			base = kind
		}
		name := base
		for n := 1; used[name]; n++ {
			name = base + "_" + strconv.Itoa(n)
		}
		used[name] = true
		names[i] = name
	}
	return names
}

// Safe returns a name with an underscore in place of what may mean something in a name of an array or a file.
func Safe(name string) string { return strings.Map(safe, name) }

func safe(r rune) rune {
	if r == '_' || r == '-' || '0' <= r && r <= '9' || 'a' <= r && r <= 'z' || 'A' <= r && r <= 'Z' {
		return r
	}
	return '_'
}

// Keras returns the arrays of a chain with Keras's names and layouts: NAME.kernel [inputs, units], NAME.bias, NAME.gamma,
// NAME.beta, NAME.moving_mean, NAME.moving_variance.
func Keras(c *chain.Chain) (all []Array) {
	names := Names(c)
	add := func(step int, what string, data []float32, shape ...int) {
		if data != nil {
			all = append(all, Array{Name: names[step] + "." + what, Shape: shape, Type: "float32", Data: data})
		}
	}
	for i, s := range c.Steps {
		switch s := s.(type) {
		case chain.Dense:
			add(i, "kernel", s.Kernel, s.Inputs, s.Units)
			add(i, "bias", s.Bias, s.Units)
		case chain.BatchNormalization:
			add(i, "gamma", s.Gamma, len(s.Gamma))
			add(i, "beta", s.Beta, len(s.Beta))
			add(i, "moving_mean", s.Mean, len(s.Mean))
			add(i, "moving_variance", s.Variance, len(s.Variance))
		}
	}
	return all
}

// Describe returns, as JSON, what the arrays of a chain do not say: its steps, inputs and classes. arrayNames has what the
// names of each step's arrays begin with (Names, or those of another layout). A number that JSON has not, such as an
// infinite scale, is an error of kind fault.Data.
func Describe(c *chain.Chain, arrayNames []string) (string, error) {
	d := document{Input: c.Input, Bytes: c.Bytes, Classes: c.Classes, Columns: c.Columns, Loss: c.Loss, Program: c.Program,
		Smooth: c.LabelSmoothing}
	for i, s := range c.Steps {
		var e documentStep
		switch s := s.(type) {
		case chain.Affine:
			e = documentStep{Step: "affine", Name: s.Name, Scale: s.Scale, Shift: s.Shift}
		case chain.Dense:
			e = documentStep{Step: "dense", Name: s.Name}
		case chain.BatchNormalization:
			e = documentStep{Step: "batch_normalization", Name: s.Name, Momentum: s.Momentum, Epsilon: s.Epsilon}
		case chain.Activation:
			e = documentStep{Step: "activation", Name: s.Name, Function: s.Function, Slope: s.Slope, Alpha: s.Alpha}
		case chain.Dropout:
			e = documentStep{Step: "dropout", Name: s.Name, Rate: s.Rate}
		}
		e.Arrays = arrayNames[i]
		d.Steps = append(d.Steps, e)
	}
	text, err := json.Marshal(d)
	if err != nil {
		return "", fault.New(fault.Data, "", "a setting of a layer cannot be exported: %w", err)
	}
	return string(text), nil
}

// maxDocument bounds a document, in bytes: 100,000 columns of a table with their scales fit.
const maxDocument = 8 << 20

// Rebuild returns the chain whose document Describe wrote and whose arrays are there, in Keras's layout or PyTorch's.
// Everything in them is checked.
func Rebuild(text string, arrays []Array, where string) (*chain.Chain, error) {
	bad := func(format string, args ...any) error {
		return fault.New(fault.Data, where, "its document "+DocumentName+": "+format, args...)
	}
	if len(text) > maxDocument {
		return nil, bad("wanted at most %d bytes, found %d", maxDocument, len(text))
	}
	var d document
	if err := json.Unmarshal([]byte(text), &d); err != nil {
		return nil, bad("%w", err)
	}
	layers := map[string]layer{}
	for _, a := range arrays {
		at := strings.LastIndexByte(a.Name, '.')
		if at < 0 || a.Data == nil {
			continue
		}
		name, r := a.Name[:at], roles[a.Name[at+1:]]
		if err := check(a, r, where); err != nil {
			return nil, err
		}
		l, ok := layers[name]
		if !ok {
			l = layer{name: name, parts: map[role]Array{}}
		}
		l.parts[r] = a
		l.arrays = append(l.arrays, a)
		layers[name] = l
	}
	c := &chain.Chain{Input: d.Input, Bytes: d.Bytes, Classes: d.Classes, Columns: d.Columns, Loss: d.Loss,
		Program: d.Program, LabelSmoothing: max(0, min(d.Smooth, 1))}
	used := map[string]bool{"input": true} // input.scale and input.shift, for people, are in the document too
	for _, e := range d.Steps {
		used[e.Arrays] = true
	}
	for name, l := range layers {
		if !used[name] {
			return nil, refuse(where, l.arrays[0], "wanted arrays that the document %s names, found others", DocumentName)
		}
	}
	size, ok := Size(d.Input, math.MaxInt32)
	if !ok || size == 0 || len(d.Input) == 0 {
		return nil, bad("wanted the shape of an input, found %s", shapeText(d.Input))
	}
	for i, e := range d.Steps {
		step, outputs, err := e.step(layers[e.Arrays], size, where)
		if err != nil {
			return nil, bad("step %d, %.40q: %w", i+1, e.Step, err)
		}
		size = outputs
		c.Steps = append(c.Steps, step)
	}
	if len(c.Classes) != 0 && len(c.Classes) != max(size, 2) {
		return nil, bad("wanted %s, found %d", fault.Count(size, "class"), len(c.Classes))
	}
	return c, nil
}

// step returns the step with its arrays, for inputs of the given size.
func (e documentStep) step(l layer, size int, where string) (s chain.Step, outputs int, err error) {
	for _, x := range slices.Concat(e.Scale, e.Shift, []float64{e.Momentum, e.Epsilon, e.Slope, e.Alpha, e.Rate}) {
		if math.IsNaN(x) || math.IsInf(x, 0) {
			return nil, 0, fmt.Errorf("wanted finite numbers, found %v", x)
		}
	}
	switch e.Step {
	case "affine":
		for _, n := range []int{len(e.Scale), len(e.Shift)} {
			if n != 1 && n != size {
				return nil, 0, fmt.Errorf("wanted a scale and a shift of 1 value or %d, found %d", size, n)
			}
		}
		return chain.Affine{Name: e.Name, Scale: e.Scale, Shift: e.Shift}, size, nil
	case "activation":
		if e.Function == "" {
			return nil, 0, fmt.Errorf("wanted a function, found none")
		}
		return chain.Activation{Name: e.Name, Function: e.Function, Slope: e.Slope, Alpha: e.Alpha}, size, nil
	case "dropout":
		return chain.Dropout{Name: e.Name, Rate: e.Rate}, size, nil
	case "dense", "batch_normalization":
	default:
		return nil, 0, fmt.Errorf("wanted a step that dnn knows")
	}
	if len(l.arrays) == 0 {
		return nil, 0, fmt.Errorf("wanted arrays %.60q, found none", e.Arrays)
	}
	m := inputsFirst
	if _, ok := l.parts[weight]; ok {
		m = unitsFirst
	}
	built, err := l.element(m, where)
	if err != nil {
		return nil, 0, err
	}
	if built.inputs != size {
		return nil, 0, fmt.Errorf("wanted %s, found %s", fault.Count(size, "input"), short(built.shape))
	}
	switch s := built.step.(type) {
	case chain.Dense:
		s.Name = e.Name
		return s, built.outputs, nil
	case chain.BatchNormalization:
		s.Name, s.Momentum, s.Epsilon = e.Name, e.Momentum, e.Epsilon
		return s, built.outputs, nil
	}
	return nil, 0, fmt.Errorf("wanted the arrays of another layer at %.60q", e.Arrays)
}
