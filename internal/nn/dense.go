package nn

import (
	"math"

	"dnn/internal/nn/kernel"
	"dnn/internal/setting"
)

var denseKind = kind{
	name:  "dense",
	class: "Dense",
	settings: func(l *LayerSpec) []setting.Setting {
		return []setting.Setting{
			{Name: "units", Value: &l.Units, Bounds: setting.From(1, MaxUnits), Required: true, Example: "100",
				Doc: "Number of outputs: 16 for a small table, 50 to 1000 for images."},
			{Name: "activation", Value: &l.Activation, Choices: Activations(), Example: "tanh",
				Doc: "Function that is applied to each output."},
			{Name: "kernel_initializer", Value: &l.KernelInitializer, Choices: Initializers(), Example: "glorot_normal",
				Doc: "What the kernel starts as: he_normal suits relu, lecun_normal selu."},
			{Name: "bias_initializer", Value: &l.BiasInitializer, Choices: BiasInitializers(),
				Example: "{constant: 0.1}", Doc: "What the bias starts as."},
			{Name: "l1", Value: &l.L1, Bounds: setting.From(0, maxPenalty), Example: "1e-5",
				Doc: "Factor of the sum of the kernel's absolute values in the loss: " +
					"1e-6 to 1e-4 makes many of them small."},
			{Name: "l2", Value: &l.L2, Bounds: setting.From(0, maxPenalty), Example: "1e-4",
				Doc: "Factor of the sum of its squares: 1e-5 to 1e-3 keeps a network from overfitting."},
		}
	},
	shape: func(l LayerSpec, _ Shape) Shape { return Shape{l.Units} },
	params: func(l LayerSpec, in Shape) []ParamSpec {
		return []ParamSpec{
			{Name: l.Name + ".kernel", Shape: []int{in.Size(), l.Units}},
			{Name: l.Name + ".bias", Shape: []int{l.Units}},
		}
	},
	build: func(l LayerSpec, params []*Param) Layer {
		return &Dense{spec: l, activation: activations[l.Activation], kernel: params[0], bias: params[1]}
	},
	initial: func(l LayerSpec, params []*Param, seed uint64) {
		kernel, bias := params[0], params[1]
		l.KernelInitializer.draw(kernel.Value, DefaultKernelInitializer, seed, l.Name)
		l.BiasInitializer.draw(bias.Value, DefaultBiasInitializer, seed, l.Name)
	},
}

// MaxUnits is the largest number of outputs, or inputs, of a layer.
const MaxUnits = 1_000_000

// maxPenalty is the largest l1 or l2.
const maxPenalty = 1000

// The initializers of a Dense layer that names none.
const (
	DefaultKernelInitializer = "glorot_uniform"
	DefaultBiasInitializer   = "zeros"
)

// Dense is a fully connected layer: y = activation(x kernel + bias), with x [batch, in], kernel [in, out], bias [out].
type Dense struct {
	spec       LayerSpec
	activation Activation
	kernel     *Param // [in, out]
	bias       *Param // [out]
}

// Params returns the kernel and the bias.
func (d *Dense) Params() []*Param { return []*Param{d.kernel, d.bias} }

// Forward computes y = activation(x kernel + bias).
func (d *Dense) Forward(w *kernel.Worker, _ Pass, x, y kernel.Matrix) {
	d.ForwardColumns(w, x, y, kernel.Span{Hi: y.Cols})
}

// Wide reports whether the kernel does not stay in a cache: then workers do better to share out the layer's columns, and
// to read a part of it each, than the rows of a batch. The outputs of softmax need each other, so it is never wide.
func (d *Dense) Wide() bool {
	return d.kernel.Value.Rows*d.kernel.Value.Stride > kernel.CacheElements && d.spec.Activation != "softmax"
}

// ForwardColumns computes the columns c of Forward's outputs.
func (d *Dense) ForwardColumns(w *kernel.Worker, x, y kernel.Matrix, c kernel.Span) {
	y = y.Columns(c.Lo, c.Hi)
	w.Multiply(y, x.Operand(), d.kernel.Value.Columns(c.Lo, c.Hi).Operand())
	d.activate(w, y, d.bias.Value.Data[c.Lo:c.Hi])
}

// BackwardInputs computes the columns c of dx = dz kernel^T. It needs all columns of dz.
func (d *Dense) BackwardInputs(w *kernel.Worker, dz, dx kernel.Matrix, c kernel.Span) {
	w.Multiply(dx.Columns(c.Lo, c.Hi), dz.Operand(), d.kernel.Value.Slice(c.Lo, c.Hi).Transposed())
}

// Activate adds the bias to the product and applies the activation.
func (d *Dense) Activate(w *kernel.Worker, y kernel.Matrix) { d.activate(w, y, d.bias.Value.Data) }

func (d *Dense) activate(w *kernel.Worker, y kernel.Matrix, bias []float32) {
	if d.activation.forwardBias != nil {
		d.activation.forwardBias(w, y, bias)
		return
	}
	w.Bias(y, bias)
	d.activation.forward(w, y, y)
}

// Backward turns dy into dz, the gradient by x kernel + bias, and computes dx = dz kernel^T.
func (d *Dense) Backward(w *kernel.Worker, _ Pass, _, y, dy, dx kernel.Matrix) {
	d.activation.backward(w, y, dy, dy)
	if dx.Rows > 0 {
		d.BackwardInputs(w, dy, dx, kernel.Span{Hi: dx.Cols})
	}
}

// Update computes the i-th of n parts of the kernel's gradient, x^T dz, and hands it to up. With i = 0 it also does so
// with the gradient of the bias, the sum of dz's rows.
func (d *Dense) Update(w *kernel.Worker, x, dz kernel.Matrix, i, n int, up Updater) {
	if i == 0 {
		d.updateBias(w, dz, up)
	}
	d.updateRows(w, x, dz, kernel.Part(i, n, x.Cols, w.TileRows), up)
}

// updateRows computes the gradient of rows r of the kernel and hands it to up, block by block.
func (d *Dense) updateRows(w *kernel.Worker, x, dz kernel.Matrix, r kernel.Span, up Updater) {
	elements := kernel.BlockElements
	if dz.Rows*dz.Stride > kernel.CacheElements {
		elements = 1 << 20 // every block reads all of dz: few large ones are better than many that stay in the cache
	}
	step := max(elements/dz.Cols/w.TileRows, 1) * w.TileRows
	for lo := r.Lo; lo < r.Hi && !w.Stopped(); lo += step {
		hi := min(lo+step, r.Hi)
		g := w.GradientBlock(hi-lo, dz.Cols)
		w.Multiply(g, x.Columns(lo, hi).Transposed(), dz.Operand())
		d.regularize(w, g, lo, 0)
		up.Update(w, d.kernel, lo, 0, g)
	}
}

// regularized reports whether the kernel adds to the loss.
func (d *Dense) regularized() bool { return d.spec.L1 != 0 || d.spec.L2 != 0 }

// regularize adds the gradient of l1 sum |w| + l2 sum w^2 to g, the kernel's gradient from (r0, c0) on.
func (d *Dense) regularize(w *kernel.Worker, g kernel.Matrix, r0, c0 int) {
	if !d.regularized() {
		return
	}
	weights := d.kernel.Value.Block(r0, c0, g.Rows, g.Cols)
	w.Regularize(g, weights, float32(d.spec.L1), float32(2*d.spec.L2))
}

// Penalty returns l1 sum |w| + l2 sum w^2 of the kernel's elements.
func (d *Dense) Penalty() float64 {
	penalty := 0.0
	for r := range d.kernel.Value.Rows {
		row := d.kernel.Value.Row(r)
		if d.spec.L1 != 0 {
			penalty += float64(d.spec.L1 * absoluteSum(row))
		}
		if d.spec.L2 != 0 {
			penalty += float64(d.spec.L2 * squareSum(row))
		}
	}
	return penalty
}

// squareSum returns the sum of squares. It adds up each fourth of them, and then the four sums and the rest: a fixed
// order, in which an addition need not wait for the one before.
func squareSum(row []float32) float64 {
	var s0, s1, s2, s3 float64
	for ; len(row) >= 4; row = row[4:] {
		s0 += float64(float64(row[0]) * float64(row[0]))
		s1 += float64(float64(row[1]) * float64(row[1]))
		s2 += float64(float64(row[2]) * float64(row[2]))
		s3 += float64(float64(row[3]) * float64(row[3]))
	}
	for _, w := range row {
		s0 += float64(float64(w) * float64(w))
	}
	return s0 + s1 + (s2 + s3)
}

// absoluteSum returns the sum of absolute values, in squareSum's order.
func absoluteSum(row []float32) float64 {
	var s0, s1, s2, s3 float64
	for ; len(row) >= 4; row = row[4:] {
		s0 += math.Abs(float64(row[0]))
		s1 += math.Abs(float64(row[1]))
		s2 += math.Abs(float64(row[2]))
		s3 += math.Abs(float64(row[3]))
	}
	for _, w := range row {
		s0 += math.Abs(float64(w))
	}
	return s0 + s1 + (s2 + s3)
}

func (d *Dense) updateBias(w *kernel.Worker, dz kernel.Matrix, up Updater) {
	g := w.GradientBlock(1, dz.Cols)
	w.ColumnSums(g.Data, dz)
	up.Update(w, d.bias, 0, 0, g)
}
