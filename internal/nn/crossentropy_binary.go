package nn

import "dnn/internal/nn/kernel"

// target is what the output unit j of n should be for a sample of that class: with one unit the class itself, 0 or 1; with
// several 1 for the class's unit and 0 for the others.
func target(label uint8, j, n int) float32 {
	if n == 1 && label != 0 || n > 1 && int(label) == j {
		return 1
	}
	return 0
}

// predictBinary returns the class that the outputs predict: with one unit 1 if it is above the threshold, else 0; with
// several the one whose unit is the largest.
func predictBinary(y []float32, threshold float32) uint8 {
	if len(y) > 1 {
		return uint8(argmax(y))
	}
	if y[0] > threshold {
		return 1
	}
	return 0
}

// sigmoidCrossentropy is binary cross-entropy of sigmoid(z), from the logits z [rows, units], the mean over the units; t is
// the target, 0 or 1:
//
//	loss = max(z, 0) - z t + log(1 + e^-|z|)
//	dloss/dz = sigmoid(z) - t
type sigmoidCrossentropy struct{}

func (sigmoidCrossentropy) Rows(w *Worker, y, dy Matrix, labels []uint8, scale float32, loss []float32, predicted []uint8) {
	n := float32(y.Cols)
	for r := range y.Rows {
		z, label := row(y, r), labels[r]
		predicted[r] = predictBinary(z, 0)
		var sum float32
		for j, z := range z {
			t := target(label, j, y.Cols)
			tail := kernel.Log(1 + float64(kernel.Exp(-max(z, -z))))
			sum += max(z, 0) - float32(z*t) + tail
		}
		loss[r] = sum / n
		if dy.Rows == 0 {
			continue
		}
		d := row(dy, r)
		for j, z := range z {
			d[j] = (kernel.Sigmoid(z) - target(label, j, y.Cols)) * (scale / n)
		}
	}
}

// binaryCrossentropy is binary cross-entropy of outputs p [rows, units] that need not be a sigmoid's, clipped as in Keras,
// the mean over the units; t is the target, 0 or 1:
//
//	loss = -(t log p + (1 - t) log(1 - p))
//	dloss/dp = (p - t) / (p (1 - p)), or 0 where clipped
type binaryCrossentropy struct{}

func (binaryCrossentropy) Rows(w *Worker, y, dy Matrix, labels []uint8, scale float32, loss []float32, predicted []uint8) {
	n := float32(y.Cols)
	for r := range y.Rows {
		p, label := row(y, r), labels[r]
		predicted[r] = predictBinary(p, 0.5)
		var sum float32
		for j, p := range p {
			q, _ := clip(p)
			if target(label, j, y.Cols) == 0 {
				q = 1 - q
			}
			sum -= kernel.Log(float64(q))
		}
		loss[r] = sum / n
		if dy.Rows == 0 {
			continue
		}
		d := row(dy, r)
		for j, p := range p {
			q, inside := clip(p)
			d[j] = 0
			if inside {
				d[j] = (q - target(label, j, y.Cols)) / float32(q*(1-q)) * (scale / n)
			}
		}
	}
}
