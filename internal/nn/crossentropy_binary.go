package nn

import (
	"dnn/internal/exact"
	"dnn/internal/nn/kernel"
)

// BinaryCrossentropy is Keras's name of the loss.
const BinaryCrossentropy = "binary_crossentropy"

var binaryKind = lossKind{
	name: BinaryCrossentropy, activation: "sigmoid", smooths: true,
	ofLogits:  func(smoothing float32) Loss { return sigmoidCrossentropy{smoothing} },
	ofOutputs: func(smoothing float32) Loss { return binaryCrossentropy{smoothing: smoothing} },
	guess: func(frequency, smoothing, _ float64) float64 {
		p := float64(frequency*(1-smoothing)) + smoothing/2
		return entropyTerm(p) + entropyTerm(1-p)
	},
}

// smoothBinary returns the smoothed target t (1 - smoothing) + smoothing/2, as Keras does.
func smoothBinary(t, smoothing float32) float32 {
	return float32(t*(1-smoothing)) + float32(0.5*smoothing)
}

// sigmoidCrossentropy is the binary cross-entropy of sigmoid(z), computed from the logits z [rows, units], as a mean
// over the units. t is the target, 0 or 1, after smoothing:
//
//	loss = max(z, 0) - z t + log(1 + e^-|z|)
//	dloss/dz = sigmoid(z) - t
type sigmoidCrossentropy struct{ smoothing float32 }

func (l sigmoidCrossentropy) Rows(w *kernel.Worker, y, dy kernel.Matrix, labels []uint8, scale float32,
	loss []float32, predicted []uint8) {
	n := float32(y.Cols)
	for r := range y.Rows {
		z, label := y.Row(r), labels[r]
		predicted[r] = predictUnits(z, 0)
		var sum float32
		for j, z := range z {
			t := smoothBinary(target(label, j, y.Cols), l.smoothing)
			tail := exact.Log(1 + float64(exact.Exp(-max(z, -z))))
			sum += max(z, 0) - float32(z*t) + tail
		}
		loss[r] = sum / n
	}
	sigmoid := activations["sigmoid"]
	sigmoid.forward(w, y, y)
	if dy.Rows == 0 {
		return
	}
	scale /= n
	w.Residual(dy, y, smoothBinary(0, l.smoothing), scale)
	for r := range dy.Rows {
		if one := positive(labels[r], y.Cols); one >= 0 {
			dy.Row(r)[one] = (y.Row(r)[one] - smoothBinary(1, l.smoothing)) * scale
		}
	}
}

func (l sigmoidCrossentropy) Outputs(w *kernel.Worker, y kernel.Matrix, predicted []uint8) {
	for r := range y.Rows {
		predicted[r] = predictUnits(y.Row(r), 0)
	}
	sigmoid := activations["sigmoid"]
	sigmoid.forward(w, y, y)
}

// binaryCrossentropy is the binary cross-entropy of outputs p [rows, units] of any activation, clipped as in Keras, as
// a mean over the units. t is the target, 0 or 1, after smoothing:
//
//	loss = -(t log p + (1 - t) log(1 - p))
//	dloss/dp = (p - t) / (p (1 - p)), or 0 where clipped
type binaryCrossentropy struct {
	ofOutputs
	smoothing float32
}

func (l binaryCrossentropy) Rows(_ *kernel.Worker, y, dy kernel.Matrix, labels []uint8, scale float32,
	loss []float32, predicted []uint8) {
	n := float32(y.Cols)
	for r := range y.Rows {
		p, label := y.Row(r), labels[r]
		predicted[r] = predictUnits(p, 0.5)
		var sum float32
		for j, p := range p {
			q, _ := clip(p)
			t := smoothBinary(target(label, j, y.Cols), l.smoothing)
			if t > 0 {
				sum -= float32(t * exact.Log(float64(q)))
			}
			if t < 1 {
				sum -= float32((1 - t) * exact.Log(float64(1-q)))
			}
		}
		loss[r] = sum / n
		if dy.Rows == 0 {
			continue
		}
		d := dy.Row(r)
		for j, p := range p {
			q, inside := clip(p)
			d[j] = 0
			if inside {
				t := smoothBinary(target(label, j, y.Cols), l.smoothing)
				d[j] = (q - t) / float32(q*(1-q)) * (scale / n)
			}
		}
	}
}
