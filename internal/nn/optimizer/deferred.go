package optimizer

import (
	"dnn/internal/nn"
	"dnn/internal/nn/kernel"
)

// Deferred is an Updater that needs whole gradients before it can use any. Its Update only keeps the gradients.
type Deferred interface {
	nn.Updater

	// Prepare is called once all gradients of a step are there, by one goroutine.
	Prepare(w *kernel.Worker)

	// Apply uses the gradients of the rows [lo, hi) of p. It is called from several goroutines at once.
	Apply(w *kernel.Worker, p *nn.Param, lo, hi int)
}

// A wrapper of a Deferred optimizer is Deferred too, and calls it, so a step deals with one Deferred only.

// deferredClip clips the gradients of a Deferred optimizer by their norms, once all of them are there.
type deferredClip struct {
	Optimizer // the clipping; it hands clipped gradients to inner
	inner     Deferred
	params    []*nn.Param
}

func (c *deferredClip) Prepare(w *kernel.Worker) {
	clip := c.Optimizer.(Deferred)
	clip.Prepare(w)
	for _, p := range c.params {
		if !p.Fixed {
			clip.Apply(w, p, 0, p.Value.Rows) // calls inner.Update, which keeps them
		}
	}
	c.inner.Prepare(w)
}

func (c *deferredClip) Apply(w *kernel.Worker, p *nn.Param, lo, hi int) { c.inner.Apply(w, p, lo, hi) }

func (c *deferredClip) unwrap() Optimizer { return c.Optimizer }

// deferredClipValue clips the elements of the gradients of a Deferred optimizer.
type deferredClipValue struct {
	*clipValue
	Deferred
}

func (c deferredClipValue) Update(w *kernel.Worker, p *nn.Param, top, left int, g kernel.Matrix) {
	c.clipValue.Update(w, p, top, left, g)
}

// clipDeferred returns clip, a clipping around the optimizer o, made Deferred if o is.
func clipDeferred(clip, o Optimizer, params []*nn.Param) Optimizer {
	inner, ok := o.(Deferred)
	if !ok {
		return clip
	}
	if v, ok := clip.(*clipValue); ok {
		return deferredClipValue{v, inner}
	}
	return &deferredClip{clip, inner, params}
}

// deferredDecay is weight decay around a Deferred optimizer. As in Keras, the weights decay before the optimizer reads
// them.
type deferredDecay struct {
	*weightDecay
	inner  Deferred
	params []*nn.Param
}

func (d *deferredDecay) Update(w *kernel.Worker, p *nn.Param, top, left int, g kernel.Matrix) {
	d.inner.Update(w, p, top, left, g)
}

func (d *deferredDecay) Prepare(w *kernel.Worker) {
	for _, p := range d.params {
		if !p.Fixed {
			w.Decay(p.Value, d.decay, d.rate)
		}
	}
	d.inner.Prepare(w)
}

func (d *deferredDecay) Apply(w *kernel.Worker, p *nn.Param, lo, hi int) { d.inner.Apply(w, p, lo, hi) }

// deferredAverage is a Deferred optimizer that also keeps an average of the weights.
type deferredAverage struct {
	*Average
	inner Deferred
}

func (a *deferredAverage) Update(w *kernel.Worker, p *nn.Param, top, left int, g kernel.Matrix) {
	a.inner.Update(w, p, top, left, g)
}

func (a *deferredAverage) Prepare(w *kernel.Worker) { a.inner.Prepare(w) }

func (a *deferredAverage) Apply(w *kernel.Worker, p *nn.Param, lo, hi int) {
	a.inner.Apply(w, p, lo, hi)
	a.move(w, p, lo, 0, p.Value.Slice(lo, hi))
}
