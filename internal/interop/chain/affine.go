package chain

import "math"

// affine is the map of x to scale x + shift, element by element, in float64. The zero affine leaves x as it is.
type affine struct{ scale, shift []float64 }

// affine returns the step as a map of n values.
func (a Affine) affine(n int) affine {
	m := affine{make([]float64, n), make([]float64, n)}
	for i := range n {
		m.scale[i] = a.Scale[min(i, len(a.Scale)-1)]
		m.shift[i] = a.Shift[min(i, len(a.Shift)-1)]
	}
	return m
}

// affine returns the step as a map: gamma / sqrt(variance + epsilon) is its scale.
func (b BatchNormalization) affine() affine {
	n := len(b.Mean)
	a := affine{make([]float64, n), make([]float64, n)}
	for i := range n {
		gamma, beta := 1., 0.
		if b.Gamma != nil {
			gamma = float64(b.Gamma[i])
		}
		if b.Beta != nil {
			beta = float64(b.Beta[i])
		}
		a.scale[i] = gamma / math.Sqrt(float64(b.Variance[i])+b.Epsilon)
		a.shift[i] = beta - float64(float64(b.Mean[i])*a.scale[i])
	}
	return a
}

// none reports whether a leaves its input as it is.
func (a affine) none() bool {
	for i := range a.scale {
		if a.scale[i] != 1 || a.shift[i] != 0 {
			return false
		}
	}
	return true
}

// then returns the map that applies a and, to its result, b.
func (a affine) then(b affine) affine {
	switch {
	case a.scale == nil:
		return b
	case b.scale == nil:
		return a
	}
	c := affine{make([]float64, len(a.scale)), make([]float64, len(a.scale))}
	for i := range c.scale {
		c.scale[i] = b.scale[i] * a.scale[i]
		c.shift[i] = b.shift[i] + float64(b.scale[i]*a.shift[i])
	}
	return c
}

// before returns the layer that gives for x what d gives for scale x + shift:
//
//	kernel'_io = scale_i kernel_io,  bias'_o = bias_o + sum_i shift_i kernel_io
func (a affine) before(d Dense) Dense {
	if a.none() {
		return d
	}
	folded := d
	folded.Kernel, folded.Bias = make([]float32, len(d.Kernel)), make([]float32, d.Units)
	sums := make([]float64, d.Units)
	for o, b := range d.Bias {
		sums[o] = float64(b)
	}
	for i := range d.Inputs {
		for o := range d.Units {
			k := float64(d.Kernel[i*d.Units+o])
			folded.Kernel[i*d.Units+o] = float32(a.scale[i] * k)
			sums[o] += float64(a.shift[i] * k)
		}
	}
	for o, sum := range sums {
		folded.Bias[o] = float32(sum)
	}
	return folded
}

// after returns the layer that gives scale y + shift where d gives y.
func (a affine) after(d Dense) Dense {
	if a.none() {
		return d
	}
	folded := d
	folded.Kernel, folded.Bias = make([]float32, len(d.Kernel)), make([]float32, d.Units)
	for i, k := range d.Kernel {
		folded.Kernel[i] = float32(float64(k) * a.scale[i%d.Units])
	}
	for o := range d.Units {
		sum := a.shift[o]
		if d.Bias != nil {
			sum += float64(float64(d.Bias[o]) * a.scale[o])
		}
		folded.Bias[o] = float32(sum)
	}
	return folded
}

// identity returns a Dense layer that gives scale x + shift.
func (a affine) identity(n int) Dense {
	d := Dense{Name: "dense", Inputs: n, Units: n, Kernel: make([]float32, n*n), Bias: make([]float32, n)}
	for i := range n {
		d.Kernel[i*n+i] = 1
	}
	return a.after(d)
}
