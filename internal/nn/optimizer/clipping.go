package optimizer

import (
	"math"

	"dnn/internal/nn"
	"dnn/internal/nn/kernel"
)

// clipValue keeps every element of a gradient within [-limit, limit] on its way to the optimizer.
type clipValue struct {
	Optimizer
	limit float32
}

func newClipValue(o Optimizer, limit float64) *clipValue { return &clipValue{o, float32(limit)} }

func (c *clipValue) Update(w *kernel.Worker, p *nn.Param, top, left int, g kernel.Matrix) {
	w.Clip(g, c.limit)
	c.Optimizer.Update(w, p, top, left, g)
}

func (c *clipValue) unwrap() Optimizer { return c.Optimizer }

// deferred keeps a step's gradients until all of them are there, and then hands them on to the optimizer that it wraps.
type deferred struct {
	Optimizer
	gradients slots
}

func newDeferred(o Optimizer, params []*nn.Param) deferred {
	return deferred{o, newSlots("gradient", params)}
}

func (d *deferred) unwrap() Optimizer { return d.Optimizer }

func (d *deferred) Update(_ *kernel.Worker, p *nn.Param, top, left int, g kernel.Matrix) {
	d.gradients.keep(p, top, left, g)
}

// apply hands on the gradient of the rows [lo, hi) of p, times a factor, in blocks that fit into the first-level cache.
func (d *deferred) apply(w *kernel.Worker, p *nn.Param, lo, hi int, factor float32) {
	whole := d.gradients.arrays[p.Index]
	step := max(kernel.BlockElements/p.Value.Cols, 1)
	for ; lo < hi; lo += step {
		g := whole.Slice(lo, min(lo+step, hi))
		if factor != 1 {
			w.Scale(g, factor)
		}
		d.Optimizer.Update(w, p, lo, 0, g)
	}
}

// clipNorm scales the gradient g of each parameter so that its norm |g| is at most limit: g limit / max(|g|, limit).
type clipNorm struct {
	deferred
	limit float32
	norms []float32 // of this step's gradients, by the parameter's index
}

func newClipNorm(o Optimizer, params []*nn.Param, limit float64) *clipNorm {
	return &clipNorm{newDeferred(o, params), float32(limit), make([]float32, len(params))}
}

func (c *clipNorm) Prepare(*kernel.Worker) {
	for i, g := range c.gradients.arrays {
		c.norms[i] = float32(math.Sqrt(squares(g)))
	}
}

func (c *clipNorm) Apply(w *kernel.Worker, p *nn.Param, lo, hi int) {
	c.apply(w, p, lo, hi, c.limit/max(c.norms[p.Index], c.limit))
}

// globalClipNorm scales all gradients by the same factor so that the norm |G| of all of them together is at most limit
// (Pascanu, Mikolov and Bengio, ICML 2013): g limit min(1/|G|, 1/limit). If |G| is not finite, all gradients become
// NaN.
type globalClipNorm struct {
	deferred
	limit, scale float32
}

func newGlobalClipNorm(o Optimizer, params []*nn.Param, limit float64) *globalClipNorm {
	return &globalClipNorm{newDeferred(o, params), float32(limit), 0}
}

func (c *globalClipNorm) Prepare(*kernel.Worker) {
	sum := 0.0
	for _, g := range c.gradients.arrays {
		sum += squares(g)
	}
	norm := float32(math.Sqrt(sum))
	c.scale = float32(c.limit*min(1/norm, 1/c.limit)) + (norm - norm)
}

func (c *globalClipNorm) Apply(w *kernel.Worker, p *nn.Param, lo, hi int) {
	c.apply(w, p, lo, hi, c.scale)
}

// squares returns the sum of the squares of m's elements in float64. Column c belongs to the sum c mod 8, and the eight
// sums are added up in the end: a fixed order, in which an addition need not wait for the one before.
func squares(m kernel.Matrix) float64 {
	var sums [8]float64
	for r := range m.Rows {
		for c, v := range m.Row(r) {
			sums[c%8] += float64(float64(v) * float64(v))
		}
	}
	total := 0.0
	for _, s := range sums {
		total += s
	}
	return total
}
