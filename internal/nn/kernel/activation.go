package kernel

import "dnn/internal/nn/activation"

// Activation is a function of package activation with its kernels.
type Activation struct {
	activation.Function
	forward, slope elementwiseKernel
}

// NewActivation returns the function with its kernels.
func NewActivation(f activation.Function) Activation {
	k, ok := activationKernels[f.Name]
	if !ok {
		panic("kernel: no kernels for the activation " + f.Name)
	}
	return Activation{f, k[0], k[1]}
}

// Activate computes Y = f(Z); Y may be Z.
func (s *Set) Activate(f *Activation, y, z Matrix) {
	requireAll("Activate", y.Rows, y.Cols, y, z)
	if s.elementwise(f.forward, y.Rows, y.Cols, [8]float32{}, y, z) {
		return
	}
	for r := range y.Rows {
		out := y.Row(r)
		for c, v := range z.Row(r) {
			out[c] = f.Of(v)
		}
	}
}

// ActivationSlope computes DZ = D f'(Z), given V, which is Z if f is OfInput, else f(Z). DZ may be D.
func (s *Set) ActivationSlope(f *Activation, dz, d, v Matrix) {
	requireAll("ActivationSlope", dz.Rows, dz.Cols, dz, d, v)
	if s.elementwise(f.slope, dz.Rows, dz.Cols, [8]float32{}, dz, d, v) {
		return
	}
	for r := range dz.Rows {
		out, d := dz.Row(r), d.Row(r)
		for c, v := range v.Row(r) {
			out[c] = d[c] * f.Slope(v)
		}
	}
}
