package graph

import (
	"errors"
	"fmt"
	"math"
	"slices"

	"dnn/internal/interop/onnx/curve"
	"dnn/internal/interop/onnx/tensor"
)

// element returns what an operator computes element by element, and how many of the node's inputs are its arguments; 0
// is all. The rest are settings.
type element func(c *call) (f func(args []float64) float64, arguments int, err error)

// elements returns the operators that are applied element by element, apart from arithmetic.
func elements() map[string]element {
	all := map[string]element{
		"Clip": clip, "LeakyRelu": withAlpha(curve.LeakyRelu, 0.01), "Elu": withAlpha(curve.Elu, 1),
		"Celu": withAlpha(curve.Celu, 1), "ThresholdedRelu": withAlpha(curve.ThresholdedRelu, 1), "Selu": selu,
		"HardSigmoid": hardSigmoid, "Shrink": shrink, "Gelu": gelu, "Swish": withAlpha(curve.Swish, 1),
	}
	for op, f := range curve.Operators() {
		all[op] = func(*call) (func(args []float64) float64, int, error) { return f, 0, nil }
	}
	return all
}

func withAlpha(f func(alpha float64) func(args []float64) float64, otherwise float64) element {
	return func(c *call) (func(args []float64) float64, int, error) {
		return f(c.float("alpha", otherwise)), 1, nil
	}
}

func selu(c *call) (func(args []float64) float64, int, error) {
	return curve.Selu(c.float("alpha", 1.67326319217681884765625), c.float("gamma", 1.05070102214813232421875)), 1, nil
}

func hardSigmoid(c *call) (func(args []float64) float64, int, error) {
	return curve.HardSigmoid(c.float("alpha", 0.2), c.float("beta", 0.5)), 1, nil
}

func shrink(c *call) (func(args []float64) float64, int, error) {
	return curve.Shrink(c.float("lambd", 0.5), c.float("bias", 0)), 1, nil
}

func gelu(c *call) (func(args []float64) float64, int, error) {
	if a := c.node.Attribute("approximate"); a != nil && a.S != "none" && a.S != "" {
		return nil, 0, fmt.Errorf("wanted the exact gelu (approximate = none), found %s", name(a.S))
	}
	return curve.Gelu, 1, nil
}

// clip has its bounds as attributes in old versions, and as inputs in new ones.
func clip(c *call) (func(args []float64) float64, int, error) {
	bounds := [2]float64{math.Inf(-1), math.Inf(1)}
	for i, attribute := range []string{"min", "max"} {
		bounds[i] = c.float(attribute, bounds[i])
		if !c.given(i + 1) {
			continue
		}
		k, err := c.constantIn(i + 1)
		if err != nil {
			return nil, 0, err
		}
		v, ok := k.Scalar()
		if !ok {
			return nil, 0, fmt.Errorf("wanted one bound, found %v", k.Dims)
		}
		bounds[i] = v
	}
	return curve.Clip(bounds[0], bounds[1]), 1, nil
}

// element is an operator of the table elements.
func (c *call) element(e element) (value, error) {
	if v, ok := c.logarithm(); ok {
		return v, nil
	}
	f, n, err := e(c)
	if err != nil {
		return value{}, err
	}
	if n == 0 {
		n = len(c.in)
	}
	if n < 1 || n > len(c.in) {
		return value{}, fmt.Errorf("wanted more than %d inputs", len(c.in))
	}
	return c.apply(f, c.in[:n])
}

// logarithm is Log of a softmax, or Exp of such a logarithm. The second result is false if the operator is neither.
func (c *call) logarithm() (value, bool) {
	if len(c.in) != 1 || c.in[0].signal == nil || !isSoftmax(c.in[0].signal) {
		return value{}, false
	}
	s := *c.in[0].signal
	b := *s.base
	if (c.node.Op != "Log" || b.logs) && (c.node.Op != "Exp" || !b.logs) {
		return value{}, false
	}
	b.logs = !b.logs
	s.base = &b
	return value{signal: &s}, true
}

// apply returns f of its arguments: of constants a constant, else a function of the base that all have.
func (c *call) apply(f func(args []float64) float64, in []value) (value, error) {
	if ks, ok := (&call{reader: c.reader, node: c.node, in: in}).constants(); ok {
		k, err := tensor.Fold(f, ks, &c.budget)
		return value{constant: k}, err
	}
	// Constants are numbers in f, and the rest its arguments.
	fixed, at := make([]float64, len(in)), make([]int, 0, len(in))
	var functions []*curve.Function
	var s *signal
	for i := range in {
		if in[i].constant != nil {
			continue
		}
		next, err := c.signalIn(i)
		switch {
		case err != nil:
			return value{}, err
		case s != nil && (next.base != s.base || !slices.Equal(next.dims, s.dims)):
			return value{}, errors.New("wanted a chain of layers, found two branches that come together")
		}
		s, functions, at = next, append(functions, next.function), append(at, i)
	}
	for i, v := range in {
		if v.constant != nil {
			var err error
			if fixed[i], err = c.uniform(v.constant, s); err != nil {
				return value{}, err
			}
		}
	}
	of := f
	if len(at) < len(in) {
		of = func(args []float64) float64 {
			all := slices.Clone(fixed)
			for n, i := range at {
				all[i] = args[n]
			}
			return f(all)
		}
	}
	return c.composed(s, of, functions)
}

// composed returns f(functions...) of the base of s.
func (c *call) composed(s *signal, f func(args []float64) float64, functions []*curve.Function) (value, error) {
	function, ok := curve.Combine(f, functions...)
	if !ok {
		return value{}, errors.New("wanted an activation made of fewer operators")
	}
	out := s.with(function)
	out.by = c
	return value{signal: out}, nil
}

// arithmetic is Add, Sub, Mul and Div.
func (c *call) arithmetic() (value, error) {
	if len(c.in) != 2 {
		return value{}, fmt.Errorf("wanted two inputs, found %d", len(c.in))
	}
	i := slices.IndexFunc(c.in, func(v value) bool { return v.constant != nil })
	if i < 0 || c.in[1-i].signal == nil {
		v, err := c.apply(curve.Arithmetic(c.node.Op), c.in)
		return v, err
	}
	s, err := c.signalIn(1 - i)
	if err != nil {
		return value{}, err
	}
	if c.node.Op == "Div" && i == 0 { // of a number by the signal
		return c.apply(curve.Arithmetic("Div"), c.in)
	}
	out, err := c.line(s, c.node.Op, c.in[i].constant, i == 0)
	return value{signal: out}, err
}

// line returns a signal after an operator with a constant, which is its first argument if first is set: a bias, a line,
// or a layer with a line for each value.
func (c *call) line(s *signal, op string, k *tensor.Tensor, first bool) (*signal, error) {
	if op == "Add" {
		if with, ok := withBias(s, k); ok {
			return with, nil
		}
	}
	if v, err := c.uniform(k, s); err == nil {
		f, ok := s.function.Line(coefficients(op, v, first))
		if !ok {
			return nil, errors.New("wanted an activation made of fewer operators")
		}
		return s.with(f), nil
	}
	vs, err := c.spread(k, s)
	if err != nil {
		return nil, err
	}
	a := affine{scale: make([]float64, len(vs)), shift: make([]float64, len(vs))}
	for i, v := range vs {
		a.scale[i], a.shift[i] = coefficients(op, v, first)
	}
	dims := s.dims
	if s.anyDims || len(dims) == 1 {
		dims = []int{len(vs)}
	}
	return newBase(s, a, dims), nil
}

// coefficients returns a and b of the line a x + b that an operator with the constant v is.
func coefficients(op string, v float64, first bool) (a, b float64) {
	switch {
	case op == "Mul":
		return v, 0
	case op == "Div":
		return 1 / v, 0
	case op == "Add":
		return 1, v
	case first:
		return -1, v
	}
	return 1, -v
}

// uniform returns the number that all elements of k have, where it is applied to s.
func (c *call) uniform(k *tensor.Tensor, s *signal) (float64, error) {
	if k.Strings != nil || k.Size() < 1 {
		return 0, errors.New("wanted numbers, found texts")
	}
	if err := c.budget.Spend(8 * k.Size()); err != nil {
		return 0, err
	}
	v := k.At(0)
	for i := range k.Size() {
		if k.At(i) != v {
			return 0, errors.New("wanted one number for all values, found several")
		}
	}
	if k.Size() == 1 && (len(k.Dims) <= 1 || s.anyDims && len(k.Dims) <= 2) {
		return v, nil
	}
	return v, c.fits(k, s)
}

// fits refuses a constant that is not broadcast to the dimensions of s, but s to its.
func (c *call) fits(k *tensor.Tensor, s *signal) error {
	dims := k.Dims
	if len(dims) > 1 && (s.anyDims || len(dims) == len(s.dims)+1) && dims[0] == 1 {
		dims = dims[1:] // of the batch
	}
	bad := fmt.Errorf("wanted a constant for values of dimensions %v, found %v", s.dims, k.Dims)
	switch {
	case s.anyDims && len(dims) <= 1:
		return nil
	case s.anyDims || len(dims) > len(s.dims):
		return bad
	}
	for n := 1; n <= len(dims); n++ {
		own := s.dims[len(s.dims)-n]
		if d := dims[len(dims)-n]; d != own && d != 1 && (own >= 0 || len(s.dims) > 1) {
			return bad
		}
	}
	return nil
}

// spread returns the number for each value of s.
func (c *call) spread(k *tensor.Tensor, s *signal) ([]float64, error) {
	if err := c.fits(k, s); err != nil {
		return nil, err
	}
	dims := s.dims
	if s.anyDims || len(dims) == 1 && dims[0] < 0 {
		dims = []int{k.Size()}
	}
	return k.Spread(dims, &c.budget)
}

func decimal(v float64) float64 { return curve.Decimal(float32(v)) }
