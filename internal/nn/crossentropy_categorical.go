package nn

import "dnn/internal/nn/kernel"

// softmaxCrossentropy is categorical cross-entropy of softmax(z), from the logits z [rows, classes]:
//
//	loss = -log softmax(z)_label = log(sum_j e^(z_j - max z)) - (z_label - max z)
//	dloss/dz_j = softmax(z)_j - [j = label]
//
// It is 0 for a perfect prediction and large, but finite, for a wrong one.
type softmaxCrossentropy struct{}

func (softmaxCrossentropy) Rows(w *Worker, y, dy Matrix, labels []uint8, scale float32, loss []float32, predicted []uint8) {
	for r := range y.Rows {
		z, label := row(y, r), int(labels[r])
		predicted[r] = uint8(argmax(z))
		chosen := z[label]
		largest, sum := softmaxRow(w, z)
		loss[r] = kernel.Log(float64(sum)) - (chosen - largest)
		if dy.Rows == 0 {
			continue
		}
		d := row(dy, r)
		for j, p := range z {
			d[j] = p * scale
		}
		d[label] = (z[label] - 1) * scale
	}
}

// categoricalCrossentropy is categorical cross-entropy of outputs p [rows, classes] that need not be a softmax's. As in
// Keras they are divided by their sum S and clipped:
//
//	loss = -log clip(p_label / S)
//	dloss/dp_j = (1 - [j = label] S/p_label) / S, or 0 where clipped
type categoricalCrossentropy struct{}

func (categoricalCrossentropy) Rows(w *Worker, y, dy Matrix, labels []uint8, scale float32, loss []float32, predicted []uint8) {
	for r := range y.Rows {
		p, label := row(y, r), int(labels[r])
		predicted[r] = uint8(argmax(p))
		var sum float32
		for _, v := range p {
			sum += v
		}
		q, inside := clip(p[label] / sum)
		loss[r] = -kernel.Log(float64(q))
		if dy.Rows == 0 {
			continue
		}
		d := row(dy, r)
		if !inside {
			clear(d)
			continue
		}
		for j := range d {
			d[j] = scale / sum
		}
		d[label] = (1 - 1/q) / sum * scale
	}
}
