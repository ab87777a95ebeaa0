// Package curve finds out which function an element-wise part of a graph computes. Exporters spell the same activation
// in many ways: gelu as Div, Erf, Add, Mul and Mul, in several orders, or hard_silu as Add, Clip, Mul and Div. A
// Function is such a part. It is recognized by its values: it is the activation that gives the same numbers, whatever
// its spelling.
package curve

import "slices"

// Function is a function of one number, made of others. The one it is made of in the end is a Variable.
type Function struct {
	args  []*Function
	of    func(args []float64) float64
	depth int       // the number of functions that every path to the Variable passes through
	above *Function // the nearest of them; nil: this is a Variable

	line bool // it is a x + b, with x = args[0]
	a, b float64
}

// maxDepth is the largest number of functions that one may be made of, one after the other. Activations have below ten.
const maxDepth = 32

// Variable returns a variable x.
func Variable() *Function { return &Function{} }

// IsVariable reports whether f is x itself.
func (f *Function) IsVariable() bool { return f.above == nil }

// Line returns a f + b.
func (f *Function) Line(a, b float64) (*Function, bool) {
	if a == 1 && b == 0 {
		return f, true
	}
	l, ok := f.Map(func(x float64) float64 { return float64(a*x) + b })
	l.line, l.a, l.b = true, a, b
	return l, ok
}

// Map returns g(f), unless it would be made of too many functions.
func (f *Function) Map(g func(x float64) float64) (*Function, bool) {
	return &Function{
		args: []*Function{f}, of: func(args []float64) float64 { return g(args[0]) }, depth: f.depth + 1, above: f,
	}, f.depth < maxDepth
}

// Combine returns g(fs), unless they have no variable in common, or it would be made of too many functions.
func Combine(g func(args []float64) float64, fs ...*Function) (*Function, bool) {
	above := fs[0]
	for _, f := range fs[1:] {
		if above = common(above, f); above == nil {
			return nil, false
		}
	}
	return &Function{args: fs, of: g, depth: above.depth + 1, above: above}, above.depth < maxDepth
}

// common returns the last function that all of f and g is made of, or nil if there is none.
func common(f, g *Function) *Function {
	for f != g {
		if f.depth < g.depth {
			f, g = g, f
		}
		if f.above == nil {
			return nil
		}
		f = f.above
	}
	return f
}

// maxParts is the largest number of operators that an activation may be spelled with.
const maxParts = 48

// values returns f(x) for many x, where x is the function from, or nil if f has too many parts, or parts of which from
// is not one.
func (f *Function) values(from *Function, xs []float64) []float64 {
	order, ok := f.parts(from, nil)
	if !ok {
		return nil
	}
	all := make([][]float64, len(order))
	index := func(p *Function) []float64 {
		if p == from {
			return xs
		}
		return all[slices.Index(order, p)]
	}
	for n, p := range order {
		all[n] = make([]float64, len(xs))
		args, columns := make([]float64, len(p.args)), make([][]float64, len(p.args))
		for k, a := range p.args {
			columns[k] = index(a)
		}
		for i := range xs {
			for k := range args {
				args[k] = columns[k][i]
			}
			all[n][i] = p.of(args)
		}
	}
	return index(f)
}

// parts appends the functions that f is made of, up to from, and f, in an order in which they can be computed.
func (f *Function) parts(from *Function, order []*Function) ([]*Function, bool) {
	if f == from || slices.Contains(order, f) {
		return order, true
	}
	ok := f.above != nil
	for _, a := range f.args {
		if ok {
			order, ok = a.parts(from, order)
		}
	}
	return append(order, f), ok && len(order) < maxParts
}
