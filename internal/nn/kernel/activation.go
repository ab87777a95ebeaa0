package kernel

import "dnn/internal/nn/activation"

// Activation is a function of package activation with its kernels.
type Activation struct {
	activation.Function
	forward, slope elementwiseKernel
	scalars        [8]float32 // of the kernels
}

// NewActivation returns the function with its kernels.
func NewActivation(f activation.Function) Activation {
	k, ok := activationKernels[f.Name]
	if !ok {
		panic("kernel: no kernels for the activation " + f.Name)
	}
	return Activation{Function: f, forward: k[0], slope: k[1]}
}

// Activate computes Y = f(Z); Y may be Z.
func (s *Set) Activate(f Activation, y, z Matrix) {
	s.elementwise("Activate y z", f.forward, f.scalars, func(r int) {
		y := y.Row(r)
		for c, v := range z.Row(r) {
			y[c] = f.Of(v)
		}
	}, y, y, z)
}

// ActivationSlope computes DZ = D f'(Z), given V, which is Z if f is OfInput, else f(Z). DZ may be D.
func (s *Set) ActivationSlope(f Activation, dz, d, v Matrix) {
	s.elementwise("ActivationSlope dz d v", f.slope, f.scalars, func(r int) {
		dz, d := dz.Row(r), d.Row(r)
		for c, v := range v.Row(r) {
			dz[c] = d[c] * f.Slope(v)
		}
	}, dz, dz, d, v)
}
