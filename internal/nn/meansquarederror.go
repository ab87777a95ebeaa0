package nn

import "dnn/internal/nn/kernel"

var squaresKind = lossKind{
	name: "mse", also: "mean_squared_error",
	ofOutputs: func(float32) Loss { return meanSquaredError{} },
	guess:     func(frequency, _, _ float64) float64 { return frequency * (1 - frequency) },
}

// meanSquaredError is the mean over the units of (y - t)^2, for outputs y [rows, units] and the targets t, 0 or 1:
//
//	dloss/dy = 2 (y - t) / units
type meanSquaredError struct{ ofOutputs }

func (meanSquaredError) Rows(w *kernel.Worker, y, dy kernel.Matrix, labels []uint8, scale float32,
	loss []float32, predicted []uint8) {
	n := float32(y.Cols)
	for r := range y.Rows {
		y, one := y.Row(r), positive(labels[r], y.Cols)
		predicted[r] = predictUnits(y, 0.5)
		var sum float32
		for j, v := range y {
			if j == one {
				v--
			}
			sum += float32(v * v)
		}
		loss[r] = sum / n
	}
	if dy.Rows == 0 {
		return
	}
	scale = 2 * scale / n
	w.Residual(dy, y, 0, scale)
	for r := range dy.Rows {
		if one := positive(labels[r], y.Cols); one >= 0 {
			dy.Row(r)[one] = (y.Row(r)[one] - 1) * scale
		}
	}
}
