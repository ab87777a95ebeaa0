package nn

import (
	"dnn/internal/nn/kernel"
	"dnn/internal/random"
	"dnn/internal/setting"
)

var dropoutKind = kind{
	name:  "dropout",
	class: "Dropout",
	settings: func(l *LayerSpec) []setting.Setting {
		return []setting.Setting{{Name: "rate", Value: &l.Rate, Bounds: setting.Below(0, 1), Required: true,
			Example: "0.2",
			Doc:     "Fraction of the inputs that a step of training sets to 0: 0.2 to 0.5 behind a large layer."}}
	},
	shape:  func(_ LayerSpec, in Shape) Shape { return in },
	params: func(LayerSpec, Shape) []ParamSpec { return nil },
	build:  func(l LayerSpec, _ []*Param) Layer { return newDropout(l) },
}

// Dropout sets each input to 0 with probability rate in training, and multiplies the others by 1/(1-rate), which keeps
// the mean of their sum. In inference it does nothing (Srivastava et al., JMLR 15, 2014). What it drops depends only on
// the seed, the layer's name, the epoch, the step and the row.
type Dropout struct {
	name      string
	threshold uint32  // an input is dropped if its 32 random bits are below this
	scale     float32 // 1 / (1 - rate)
}

func newDropout(spec LayerSpec) *Dropout {
	return &Dropout{name: spec.Name, threshold: uint32(spec.Rate * (1 << 32)), scale: float32(1 / (1 - spec.Rate))}
}

// Params returns nothing.
func (d *Dropout) Params() []*Param { return nil }

// Forward computes y = x mask / (1 - rate), with a random mask of zeros and ones. What is dropped is -0.
func (d *Dropout) Forward(w *kernel.Worker, p Pass, x, y kernel.Matrix) {
	if !p.Train {
		copyRows(y, x)
		return
	}
	bits := w.Random(x.Rows * x.Cols)
	key := random.NewKey(p.Seed, "dropout/"+d.name, p.Epoch).At(p.Step)
	for r := range x.Rows {
		key.At(p.Row + r).Bits(bits[r*x.Cols : (r+1)*x.Cols])
	}
	w.Dropout(y, x, bits, d.threshold, d.scale)
}

// Backward computes dx = dy mask / (1 - rate). y tells what was dropped.
func (d *Dropout) Backward(w *kernel.Worker, _ Pass, _, y, dy, dx kernel.Matrix) {
	if dx.Rows > 0 {
		w.DropoutSlope(dx, dy, y, d.scale)
	}
}

// Update does nothing: there are no parameters.
func (d *Dropout) Update(*kernel.Worker, kernel.Matrix, kernel.Matrix, int, int, Updater) {}
