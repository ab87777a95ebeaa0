package nn

import (
	"math/rand/v2"

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

// Forward computes y = x mask / (1 - rate), with a random mask of zeros and ones.
func (d *Dropout) Forward(_ *kernel.Worker, p Pass, x, y kernel.Matrix) {
	if !p.Train {
		for r := range x.Rows {
			copy(y.Row(r), x.Row(r))
		}
		return
	}
	d.mask(p, x, y)
}

// Backward computes dx = dy mask / (1 - rate) with the mask of Forward, drawn again.
func (d *Dropout) Backward(_ *kernel.Worker, p Pass, _, _, dy, dx kernel.Matrix) {
	if dx.Rows > 0 {
		d.mask(p, dy, dx)
	}
}

// Update does nothing: there are no parameters.
func (d *Dropout) Update(*kernel.Worker, kernel.Matrix, kernel.Matrix, int, int, Updater) {}

func (d *Dropout) mask(p Pass, in, out kernel.Matrix) {
	key := random.NewKey(p.Seed, "dropout/"+d.name, p.Epoch).At(p.Step)
	for r := range in.Rows {
		var stream rand.PCG
		key.At(p.Row + r).Seed(&stream)
		x, y := in.Row(r), out.Row(r)
		var bits uint64
		for c, v := range x {
			if c%2 == 0 {
				bits = stream.Uint64()
			}
			if uint32(bits) < d.threshold {
				v = 0
			} else {
				v *= d.scale
			}
			y[c] = v
			bits >>= 32
		}
	}
}
