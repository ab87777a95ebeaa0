package nn

import (
	"dnn/internal/nn/kernel"
)

// Dense is a fully connected layer: y = activation(x kernel + bias), with x [batch, in], kernel [in, out], bias [out].
type Dense struct {
	spec       LayerSpec
	activation Activation
	kernel     *Param // [in, out]
	bias       *Param // [out]
}

// newDense returns the layer with a Glorot-uniform kernel and a bias of zeros.
func newDense(spec LayerSpec, in int, seed uint64) *Dense {
	params := spec.params(in)
	d := &Dense{
		spec:       spec,
		activation: activations[spec.Activation],
		kernel:     newParam(params[0]),
		bias:       newParam(params[1]),
	}
	glorotUniform(Stream(seed, "glorot_uniform/"+spec.Name, 0), d.kernel.Value)
	return d
}

// Spec returns the description that the layer was made from.
func (d *Dense) Spec() LayerSpec { return d.spec }

// Params returns the kernel and the bias.
func (d *Dense) Params() []*Param { return []*Param{d.kernel, d.bias} }

// Forward computes y = activation(x kernel + bias).
func (d *Dense) Forward(w *Worker, x, y Matrix) {
	w.Gemm(&w.scratch, x.Rows, y.Cols, x.Cols, operand(x), operand(d.kernel.Value), y.Data, y.Stride, false)
	d.activate(w, y, 0)
}

// activate adds the bias to columns of the product and applies the activation; y's first column is the layer's column c.
func (d *Dense) activate(w *Worker, y Matrix, c int) {
	bias := d.bias.Value.Data[c:]
	if d.activation.forwardBias != nil {
		d.activation.forwardBias(w, y, bias)
		return
	}
	w.Bias(y.Rows, y.Cols, y.Data, y.Stride, bias)
	d.activation.forward(w, y)
}

// Backward turns dy into the gradient dz by the product, through the activation, and computes dx = dz kernel^T.
func (d *Dense) Backward(w *Worker, y, dy, dx Matrix) {
	d.activation.backward(w, y, dy)
	if dx.Rows > 0 {
		w.Gemm(&w.scratch, dy.Rows, dx.Cols, dy.Cols, operand(dy), transposed(d.kernel.Value), dx.Data, dx.Stride, false)
	}
}

// updateBlock is about how many elements of gradient go to the Updater at a time: few enough for the first-level cache to
// hold them beside as many parameters and moments.
const updateBlock = 1024

// Update computes rows of the kernel's gradient, x^T dz, and with the first of them the bias's, the sum of dz's rows.
func (d *Dense) Update(w *Worker, x, dz Matrix, i, n int, up Updater) {
	if i == 0 {
		d.updateBias(w, dz, span{0, dz.Cols}, up)
	}
	share := part(i, n, x.Cols, w.TileRows)
	step := max(updateBlock/dz.Cols/w.TileRows, 1) * w.TileRows
	for lo := share.lo; lo < share.hi; lo += step {
		hi := min(lo+step, share.hi)
		g := w.gradientBlock(hi-lo, dz.Cols)
		w.Gemm(&w.scratch, hi-lo, dz.Cols, x.Rows, transposed(columns(x, lo, hi)), operand(dz), g.Data, g.Stride, false)
		up.Update(w, d.kernel, lo, 0, g)
	}
}

// updateBias hands the gradient of some of the bias's elements to up.
func (d *Dense) updateBias(w *Worker, dz Matrix, c span, up Updater) {
	g := w.gradientBlock(1, c.hi-c.lo)
	w.ColumnSums(dz.Rows, c.hi-c.lo, dz.Data[c.lo:], dz.Stride, g.Data)
	up.Update(w, d.bias, 0, c.lo, g)
}

// gradientBlock returns a matrix in the worker's memory for one block of gradient.
func (w *Worker) gradientBlock(rows, cols int) Matrix {
	stride := paddedStride(cols)
	return Matrix{Rows: rows, Cols: cols, Stride: stride, Data: w.block(rows * stride)}
}

// operand returns m as a factor of a product.
func operand(m Matrix) kernel.Operand { return kernel.Operand{Data: m.Data, Stride: m.Stride} }

// transposed returns m's transpose as a factor of a product.
func transposed(m Matrix) kernel.Operand {
	return kernel.Operand{Data: m.Data, Stride: m.Stride, Transposed: true}
}
