package nn

import (
	"math"

	"dnn/internal/nn/kernel"
	"dnn/internal/setting"
)

var batchNormalizationKind = kind{
	name:     "batch_normalization",
	class:    "BatchNormalization",
	defaults: LayerSpec{Momentum: 0.99, Epsilon: 0.001},
	settings: func(l *LayerSpec) []setting.Setting {
		return []setting.Setting{
			{Name: "momentum", Value: &l.Momentum, Bounds: setting.Below(0, 1), Example: "0.9",
				Doc: "Fraction of the moving averages that a step keeps: 0.9 for a run of less than a thousand steps."},
			{Name: "epsilon", Value: &l.Epsilon, Bounds: setting.From(1e-30, 1), Example: "1e-5",
				Doc: "Added to the variance, which keeps the divisor from 0."},
		}
	},
	shape: func(_ LayerSpec, in Shape) Shape { return in },
	params: func(l LayerSpec, in Shape) []ParamSpec {
		shape := []int{in.Size()}
		return []ParamSpec{
			{Name: l.Name + ".gamma", Shape: shape},
			{Name: l.Name + ".beta", Shape: shape},
			{Name: l.Name + ".moving_mean", Shape: shape, Fixed: true},
			{Name: l.Name + ".moving_variance", Shape: shape, Fixed: true},
		}
	},
	build: func(l LayerSpec, params []*Param) Layer { return newBatchNormalization(l, params) },
	initial: func(_ LayerSpec, params []*Param, _ uint64) {
		gamma, movingVariance := params[0], params[3]
		fill(nil, gamma.Value, 1)
		fill(nil, movingVariance.Value, 1)
	},
}

// BatchNormalization shifts and scales each feature to mean beta and standard deviation gamma over the batch (Ioffe and
// Szegedy, ICML 2015):
//
//	y = gamma (x - mean) / sqrt(variance + epsilon) + beta
//
// In training, mean and variance are those of the batch. Inference uses moving averages of them.
type BatchNormalization struct {
	momentum, epsilon                  float32
	gamma, beta, movingMean, movingVar *Param
	mean, variance, inverse            []float32 // of the current batch; inverse is 1 / sqrt(variance + epsilon)
	gammaGradient, betaGradient        []float32
	oneMinusMomentum                   float32
}

func newBatchNormalization(spec LayerSpec, params []*Param) *BatchNormalization {
	in := params[0].Count()
	return &BatchNormalization{
		momentum: float32(spec.Momentum), epsilon: float32(spec.Epsilon),
		oneMinusMomentum: float32(1 - spec.Momentum),
		gamma:            params[0], beta: params[1], movingMean: params[2], movingVar: params[3],
		mean: make([]float32, in), variance: make([]float32, in), inverse: make([]float32, in),
		gammaGradient: make([]float32, in), betaGradient: make([]float32, in),
	}
}

// Params returns gamma, beta, and the moving averages, which training does not change by gradient.
func (b *BatchNormalization) Params() []*Param {
	return []*Param{b.gamma, b.beta, b.movingMean, b.movingVar}
}

// Forward normalizes by the moving averages. Only inference calls it.
func (b *BatchNormalization) Forward(w *kernel.Worker, _ Pass, x, y kernel.Matrix) {
	scale := w.Floats(x.Cols)
	for c := range scale {
		scale[c] = b.gamma.Value.Data[c] * inverseDeviation(b.movingVar.Value.Data[c], b.epsilon)
	}
	w.Normalize(y, x, b.movingMean.Value.Data, scale, b.beta.Value.Data)
}

// inverseDeviation returns 1 / sqrt(variance + epsilon).
func inverseDeviation(variance, epsilon float32) float32 {
	return 1 / float32(math.Sqrt(float64(variance+epsilon)))
}

// ForwardColumns normalizes columns cs of the batch by their own mean and variance.
func (b *BatchNormalization) ForwardColumns(w *kernel.Worker, x, y kernel.Matrix, cs kernel.Span) {
	x, y = x.Columns(cs.Lo, cs.Hi), y.Columns(cs.Lo, cs.Hi)
	mean, variance, inverse := b.mean[cs.Lo:cs.Hi], b.variance[cs.Lo:cs.Hi], b.inverse[cs.Lo:cs.Hi]
	n := float32(x.Rows)
	w.ColumnSums(mean, x)
	for c := range mean {
		mean[c] /= n
	}
	w.SquareSums(variance, x, mean)
	scale := w.Floats(len(mean))
	for c := range variance {
		variance[c] /= n
		inverse[c] = inverseDeviation(variance[c], b.epsilon)
		scale[c] = b.gamma.Value.Data[cs.Lo+c] * inverse[c]
	}
	w.Normalize(y, x, mean, scale, b.beta.Value.Data[cs.Lo:cs.Hi])
}

// Remember moves the moving averages towards the batch's mean and variance.
func (b *BatchNormalization) Remember() {
	for c := range b.mean {
		move(&b.movingMean.Value.Data[c], b.mean[c], b.momentum, b.oneMinusMomentum)
		move(&b.movingVar.Value.Data[c], b.variance[c], b.momentum, b.oneMinusMomentum)
	}
}

func move(average *float32, value, momentum, oneMinusMomentum float32) {
	*average = float32(*average*momentum) + float32(value*oneMinusMomentum)
}

// Backward panics: training calls BackwardColumns.
func (b *BatchNormalization) Backward(_ *kernel.Worker, _ Pass, _, _, _, _ kernel.Matrix) {
	panic("nn: BatchNormalization: wanted a call of BackwardColumns, found one of Backward")
}

// BackwardColumns computes, with h = (x - mean) / sqrt(variance + epsilon) and n rows,
//
//	dgamma = sum dy h,  dbeta = sum dy,  dx = gamma / sqrt(variance + epsilon) (dy - dbeta/n - h dgamma/n)
func (b *BatchNormalization) BackwardColumns(w *kernel.Worker, x, _, dy, dx kernel.Matrix, cs kernel.Span) {
	x, dy = x.Columns(cs.Lo, cs.Hi), dy.Columns(cs.Lo, cs.Hi)
	mean, inverse := b.mean[cs.Lo:cs.Hi], b.inverse[cs.Lo:cs.Hi]
	dgamma, dbeta := b.gammaGradient[cs.Lo:cs.Hi], b.betaGradient[cs.Lo:cs.Hi]
	w.NormalizeSums(dgamma, dbeta, x, dy, mean, inverse)
	if dx.Rows == 0 {
		return
	}
	n, cols := float32(x.Rows), len(mean)
	factors := w.Floats(3 * cols)
	scale, slope, shift := factors[:cols], factors[cols:2*cols], factors[2*cols:]
	for c := range scale {
		scale[c] = b.gamma.Value.Data[cs.Lo+c] * inverse[c]
		slope[c] = scale[c] * inverse[c] * (dgamma[c] / n)
		shift[c] = scale[c] * (dbeta[c] / n)
	}
	w.NormalizeSlope(dx.Columns(cs.Lo, cs.Hi), dy, x, mean, scale, slope, shift)
}

// Update hands the gradients of gamma and beta to up, with i = 0.
func (b *BatchNormalization) Update(w *kernel.Worker, _, _ kernel.Matrix, i, _ int, up Updater) {
	if i == 0 {
		n := len(b.gammaGradient)
		up.Update(w, b.gamma, 0, 0, kernel.Matrix{Rows: 1, Cols: n, Stride: n, Data: b.gammaGradient})
		up.Update(w, b.beta, 0, 0, kernel.Matrix{Rows: 1, Cols: n, Stride: n, Data: b.betaGradient})
	}
}
