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
func (b *BatchNormalization) Forward(_ *kernel.Worker, _ Pass, x, y kernel.Matrix) {
	for c := range x.Cols {
		inverse := 1 / float32(math.Sqrt(float64(b.movingVar.Value.Data[c]+b.epsilon)))
		b.normalize(x, y, c, b.movingMean.Value.Data[c], inverse)
	}
}

// normalize computes column c of y from column c of x.
func (b *BatchNormalization) normalize(x, y kernel.Matrix, c int, mean, inverse float32) {
	scale, shift := b.gamma.Value.Data[c]*inverse, b.beta.Value.Data[c]
	for r := range x.Rows {
		y.Data[r*y.Stride+c] = float32((x.Data[r*x.Stride+c]-mean)*scale) + shift
	}
}

// ForwardColumns normalizes columns cs of the batch by their own mean and variance.
func (b *BatchNormalization) ForwardColumns(_ *kernel.Worker, x, y kernel.Matrix, cs kernel.Span) {
	n := float32(x.Rows)
	for c := cs.Lo; c < cs.Hi; c++ {
		var sum, squares float32
		for r := range x.Rows {
			sum += x.Data[r*x.Stride+c]
		}
		mean := sum / n
		for r := range x.Rows {
			d := x.Data[r*x.Stride+c] - mean
			squares += float32(d * d)
		}
		variance := squares / n
		b.mean[c], b.variance[c], b.inverse[c] = mean, variance, 1/float32(math.Sqrt(float64(variance+b.epsilon)))
		b.normalize(x, y, c, mean, b.inverse[c])
	}
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
func (b *BatchNormalization) BackwardColumns(_ *kernel.Worker, x, _, dy, dx kernel.Matrix, cs kernel.Span) {
	n := float32(x.Rows)
	for c := cs.Lo; c < cs.Hi; c++ {
		mean, inverse := b.mean[c], b.inverse[c]
		var dgamma, dbeta float32
		for r := range x.Rows {
			h := (x.Data[r*x.Stride+c] - mean) * inverse
			d := dy.Data[r*dy.Stride+c]
			dgamma += float32(d * h)
			dbeta += d
		}
		b.gammaGradient[c], b.betaGradient[c] = dgamma, dbeta
		scale, dgamma, dbeta := b.gamma.Value.Data[c]*inverse, dgamma/n, dbeta/n
		for r := range dx.Rows {
			h := (x.Data[r*x.Stride+c] - mean) * inverse
			dx.Data[r*dx.Stride+c] = scale * (dy.Data[r*dy.Stride+c] - dbeta - float32(h*dgamma))
		}
	}
}

// Update hands the gradients of gamma and beta to up, with i = 0.
func (b *BatchNormalization) Update(w *kernel.Worker, _, _ kernel.Matrix, i, _ int, up Updater) {
	if i == 0 {
		n := len(b.gammaGradient)
		up.Update(w, b.gamma, 0, 0, kernel.Matrix{Rows: 1, Cols: n, Stride: n, Data: b.gammaGradient})
		up.Update(w, b.beta, 0, 0, kernel.Matrix{Rows: 1, Cols: n, Stride: n, Data: b.betaGradient})
	}
}
