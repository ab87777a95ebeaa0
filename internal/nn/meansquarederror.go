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

func (meanSquaredError) Rows(_ *kernel.Worker, y, dy kernel.Matrix, labels []uint8, scale float32,
	loss []float32, predicted []uint8) {
	n := float32(y.Cols)
	for r := range y.Rows {
		y, label := y.Row(r), labels[r]
		predicted[r] = predictUnits(y, 0.5)
		var sum float32
		for j, v := range y {
			off := v - target(label, j, len(y))
			sum += float32(off * off)
		}
		loss[r] = sum / n
		if dy.Rows == 0 {
			continue
		}
		for j, d := 0, dy.Row(r); j < len(d); j++ {
			d[j] = (y[j] - target(label, j, len(y))) * (2 * scale / n)
		}
	}
}
