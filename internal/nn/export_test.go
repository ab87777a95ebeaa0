package nn

import (
	"math/rand/v2"

	"dnn/internal/nn/kernel"
)

// What the tests see of this package. They are a package of their own so that they can take training steps.
var (
	NewLoss                = newLoss
	Argmax                 = argmax
	NewDropout             = newDropout
	BatchNormalizationKind = batchNormalizationKind
	DropoutKind            = dropoutKind
)

// Validate tells what is wrong with a layer of the kind.
func (k kind) Validate(l LayerSpec) error { return check(k.settings(&l)) }

// Params returns the parameters of a layer of the kind for inputs of that shape.
func (k kind) Params(l LayerSpec, in Shape) []ParamSpec { return k.params(l, in) }

// Initialize draws m as the initializer called name does.
func Initialize(name string, stream *rand.PCG, m kernel.Matrix) {
	initializers[name].draw(stream, m, 0)
}

// Activate computes the activation y of z, and the gradient by z of the sum of its elements.
func Activate(w *kernel.Worker, name string, z kernel.Matrix) (y, dz kernel.Matrix) {
	a := activations[name]
	y, dz = kernel.NewMatrix(z.Rows, z.Cols), kernel.NewMatrix(z.Rows, z.Cols)
	copy(y.Data, z.Data)
	for r := range dz.Rows {
		for i := range dz.Row(r) {
			dz.Row(r)[i] = 1
		}
	}
	a.forward(w, y, y)
	v := y
	if a.ofInput {
		v = z
	}
	a.backward(w, v, dz, dz)
	return y, dz
}

// Normalization returns the parameters of a BatchNormalization.
func (b *BatchNormalization) Normalization() (gamma, beta, movingMean, movingVariance *Param) {
	return b.gamma, b.beta, b.movingMean, b.movingVar
}

// ReadMatrix makes the first layer one that reads the samples as a matrix.
func (m *Sequential) ReadMatrix() {
	m.layers[0] = struct{ Layer }{m.layers[0]}
	m.input = inputLayer(m.layers[0])
}

// NewBatchNormalization returns the layer with the parameters of a new network.
func NewBatchNormalization(spec LayerSpec, params []*Param) *BatchNormalization {
	batchNormalizationKind.initial(spec, params, 0)
	return newBatchNormalization(spec, params)
}
