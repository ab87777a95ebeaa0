package nn

import (
	"dnn/internal/exact"
	"dnn/internal/nn/kernel"
)

// CategoricalCrossentropy is Keras's name of the loss.
const CategoricalCrossentropy = "categorical_crossentropy"

var categoricalKind = lossKind{
	name: CategoricalCrossentropy, activation: "softmax", smooths: true, sum: true,
	ofLogits:  func(smoothing float32) Loss { return softmaxCrossentropy{smoothing} },
	ofOutputs: func(smoothing float32) Loss { return categoricalCrossentropy{smoothing} },
	guess: func(frequency, smoothing, outputs float64) float64 {
		return entropyTerm(float64(frequency*(1-smoothing)) + smoothing/outputs)
	},
}

// smoothCategorical returns the smoothed targets: on, of the label's class, is 1 - smoothing + smoothing/classes; off,
// of any other class, is smoothing/classes (Szegedy et al., CVPR 2016, section 7).
func smoothCategorical(smoothing float32, classes int) (on, off float32) {
	off = smoothing / float32(classes)
	return 1 - smoothing + off, off
}

// softmaxCrossentropy is the categorical cross-entropy of softmax(z), computed from the logits z [rows, classes]. The
// target t_j is 1 for the label and 0 for the others, after smoothing:
//
//	loss = -sum_j t_j log softmax(z)_j = log(sum_j e^(z_j - max z)) - sum_j t_j (z_j - max z)
//	dloss/dz_j = softmax(z)_j - t_j
//
// Without smoothing it is 0 for a perfect prediction and large, but finite, for a wrong one.
type softmaxCrossentropy struct{ smoothing float32 }

func (l softmaxCrossentropy) Rows(w *kernel.Worker, y, dy kernel.Matrix, labels []uint8, scale float32,
	loss []float32, predicted []uint8) {
	if y.Rows == 0 {
		return
	}
	on, off := smoothCategorical(l.smoothing, y.Cols)
	x := w.SoftmaxRows(y)
	for r, largest := range x.Largest {
		z, label := y.Row(r), min(int(labels[r]), y.Cols-1) // a single output, which is always 1, is that of any class
		predicted[r] = uint8(x.Best[r])
		loss[r] = -float32((on - off) * (z[label] - largest))
		if off > 0 {
			var all float32 // sum_j z_j - max z
			for _, v := range z {
				all += v - largest
			}
			loss[r] -= float32(off * all)
		}
		loss[r] += exact.Log(float64(x.Sums[r]))
	}
	x.Store(w, y)
	if dy.Rows == 0 {
		return
	}
	w.Residual(dy, y, off, scale)
	for r := range dy.Rows {
		label := min(int(labels[r]), y.Cols-1)
		dy.Row(r)[label] = (y.Row(r)[label] - on) * scale
	}
}

func (l softmaxCrossentropy) Outputs(w *kernel.Worker, y kernel.Matrix, predicted []uint8) {
	if y.Rows == 0 {
		return
	}
	x := w.SoftmaxRows(y)
	for r, best := range x.Best {
		predicted[r] = uint8(best)
	}
	x.Store(w, y)
}

// categoricalCrossentropy is the categorical cross-entropy of outputs p [rows, classes] of any activation. As in Keras,
// they are divided by their sum S and clipped. The target t_j is 1 for the label and 0 for the others, after smoothing:
//
//	loss = -sum_j t_j log clip(p_j / S)
//	dloss/dp_j = (T - t_j S/p_j) / S
//
// T is the sum of the targets whose outputs are not clipped. Where p_j is clipped, the term t_j S/p_j is missing.
type categoricalCrossentropy struct{ smoothing float32 }

func (l categoricalCrossentropy) Outputs(_ *kernel.Worker, y kernel.Matrix, predicted []uint8) {
	for r := range y.Rows {
		predicted[r] = uint8(argmax(y.Row(r))) // of a single unit, always 0
	}
}

func (l categoricalCrossentropy) Rows(_ *kernel.Worker, y, dy kernel.Matrix, labels []uint8, scale float32,
	loss []float32, predicted []uint8) {
	on, off := smoothCategorical(l.smoothing, y.Cols)
	for r := range y.Rows {
		p, label := y.Row(r), int(labels[r])
		predicted[r] = uint8(argmax(p))
		var sum float32
		for _, v := range p {
			sum += v
		}
		target := func(j int) float32 {
			if j == label {
				return on
			}
			return off
		}
		var total, free float32
		for j, v := range p {
			if t := target(j); t > 0 {
				q, inside := clip(v / sum)
				total -= float32(t * exact.Log(float64(q)))
				if inside {
					free += t
				}
			}
		}
		loss[r] = total
		if dy.Rows == 0 {
			continue
		}
		d := dy.Row(r)
		for j, v := range p {
			d[j] = free
			if q, inside := clip(v / sum); inside {
				d[j] -= target(j) / q
			}
			d[j] = d[j] / sum * scale
		}
	}
}
