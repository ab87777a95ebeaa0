package optimizer

import (
	"math"
	"slices"

	"dnn/internal/exact"
	"dnn/internal/nn"
	"dnn/internal/nn/kernel"
	"dnn/internal/setting"
)

// AdafactorRule is the settings of adafactor. Keras's relative_step is not among them, since it has no effect in Keras
// 3.
type AdafactorRule struct {
	Beta2Decay    float64
	Epsilon1      float64
	Epsilon2      float64
	ClipThreshold float64
}

func newAdafactorRule() *AdafactorRule {
	return &AdafactorRule{Beta2Decay: -0.8, Epsilon1: 1e-30, Epsilon2: 1e-3, ClipThreshold: 1}
}

// Settings implements Rule.
func (r *AdafactorRule) Settings() []setting.Setting {
	return []setting.Setting{
		{Name: "beta_2_decay", Value: &r.Beta2Decay, Bounds: setting.From(-10, 0), Example: "-0.5",
			Doc:    "Exponent of the step; step t keeps 1 - t^beta_2_decay of the mean squared gradients.",
			Advice: "-0.8; nearer to 0 forgets old gradients sooner."},
		{Name: "epsilon_1", Value: &r.Epsilon1, Bounds: setting.From(minEpsilon, 1), Example: "1e-20",
			Doc:    "Added to a squared gradient, which keeps a divisor from 0.",
			Advice: "leave it out."},
		{Name: "epsilon_2", Value: &r.Epsilon2, Bounds: setting.From(0, 1), Example: "0.01",
			Doc:    "Least size that the weights are taken to have; a step is in proportion to it.",
			Advice: "leave it out; more moves weights sooner that start as 0."},
		{Name: "clip_threshold", Value: &r.ClipThreshold, Bounds: setting.Above(0, maxNorm), Example: "2",
			Doc:    "Largest size of a step before it is scaled, as a root mean square.",
			Advice: "1, the paper's; more lets rare features take longer steps."},
	}
}

func (r *AdafactorRule) build(params []*nn.Param) Optimizer { return newAdafactor(*r, params) }

// Adafactor divides gradients by the root of their mean squares, as Adam does, but of a kernel's squares it keeps only
// the means r of the rows and c of the columns (Shazeer and Stern, arXiv:1804.04235, algorithms 4 and 5). The length of
// a step is in proportion to the size of the weights. In step t, with rms the root of the mean square of all elements
// of a parameter:
//
//	b = 1 - t^beta_2_decay                 s = g^2 + epsilon_1
//	r = b r + (1 - b) mean of s's rows     c = b c + (1 - b) mean of s's columns
//	v = r c / mean r                       of a bias: v = b v + (1 - b) s
//	u = g / sqrt(v)
//	p -= max(epsilon_2, rms p) min(rate, 1 / sqrt(t)) u / max(1, rms u / clip_threshold)
//
// Adafactor needs whole gradients, so it is Deferred.
type Adafactor struct {
	rule       AdafactorRule
	params     []*nn.Param
	gradients  slots
	rows, cols []StateArray // by parameter: r and c of a kernel, or v of a bias in cols
	scale      []float32    // by parameter: what u is multiplied by in this step
	mean       []float32    // by parameter: mean r
	sums       [2][]float64 // memory for the sums of rows and columns of s, of one parameter at a time

	step float64 // steps begun; a float64 as all counters
	rate float32
}

func newAdafactor(r AdafactorRule, params []*nn.Param) *Adafactor {
	n := len(params)
	a := &Adafactor{
		rule: r, params: params, gradients: newSlots("gradient", params),
		rows: make([]StateArray, n), cols: make([]StateArray, n), scale: make([]float32, n), mean: make([]float32, n),
	}
	array := func(name string, size int) StateArray {
		return StateArray{nn.ParamSpec{Name: "adafactor." + name, Shape: []int{size}}, kernel.NewMatrix(1, size)}
	}
	for i, p := range params {
		a.sums[0] = slices.Grow(a.sums[0], p.Value.Rows)
		a.sums[1] = slices.Grow(a.sums[1], p.Value.Cols)
		switch {
		case p.Fixed:
		case len(p.Shape) == 2:
			a.rows[i], a.cols[i] = array("r/"+p.Name, p.Value.Rows), array("c/"+p.Name, p.Value.Cols)
		default:
			a.cols[i] = array("velocity/"+p.Name, p.Value.Cols)
		}
	}
	return a
}

// Begin starts the next step.
func (a *Adafactor) Begin(rate float64) {
	a.step++
	a.rate = min(float32(rate), 1/exact.Sqrt(float32(a.step)))
}

// Update keeps a block of gradient.
func (a *Adafactor) Update(_ *kernel.Worker, p *nn.Param, top, left int, g kernel.Matrix) {
	a.gradients.keep(p, top, left, g)
}

// Prepare moves the means, and computes the length of each parameter's step.
func (a *Adafactor) Prepare(*kernel.Worker) {
	kept := 1 - float32(exact.Power(a.step, a.rule.Beta2Decay))
	for i, p := range a.params {
		if p.Fixed {
			continue
		}
		g := a.gradients.arrays[i]
		a.move(i, g, kept)
		sum := 0.0 // of u^2
		for r := range g.Rows {
			for c, d := range g.Row(r) {
				u := float64(d / exact.Sqrt(a.velocity(i, r, c)))
				sum += float64(u * u)
			}
		}
		size := float32(math.Sqrt(squares(p.Value) / float64(p.Count())))
		u := float32(math.Sqrt(sum / float64(p.Count())))
		divisor := max(1, u/float32(a.rule.ClipThreshold))
		a.scale[i] = float32(max(float32(a.rule.Epsilon2), size)*a.rate) / divisor
	}
}

// move moves the means of the i-th parameter, given its gradient g. kept is b of the formula.
func (a *Adafactor) move(i int, g kernel.Matrix, kept float32) {
	rows, cols := a.sums[0][:g.Rows], a.sums[1][:g.Cols]
	clear(rows)
	clear(cols)
	for r := range g.Rows {
		for c, d := range g.Row(r) {
			s := float64(float32(d*d) + float32(a.rule.Epsilon1))
			rows[r] += s
			cols[c] += s
		}
	}
	moveMeans(a.cols[i].Value.Row(0), cols, g.Rows, kept)
	if a.rows[i].Shape != nil {
		a.mean[i] = float32(moveMeans(a.rows[i].Value.Row(0), rows, g.Cols, kept))
	}
}

// moveMeans moves each mean towards the mean of n elements with the given sum, and returns the mean of the means.
func moveMeans(means []float32, sums []float64, n int, kept float32) float64 {
	total := 0.0
	for k, sum := range sums {
		means[k] = float32(kept*means[k]) + float32((1-kept)*float32(sum/float64(n)))
		total += float64(means[k])
	}
	return total / float64(len(sums))
}

// velocity returns v at (row, col) of the i-th parameter.
func (a *Adafactor) velocity(i, row, col int) float32 {
	c := a.cols[i].Value.Data[col]
	if a.rows[i].Shape == nil {
		return c
	}
	return float32(a.rows[i].Value.Data[row]/a.mean[i]) * c
}

// Apply takes the step of rows [lo, hi) of p.
func (a *Adafactor) Apply(_ *kernel.Worker, p *nn.Param, lo, hi int) {
	g := a.gradients.arrays[p.Index].Slice(lo, hi)
	eachRow(p, lo, 0, g, func(r int, w, grad []float32) {
		for c, d := range grad {
			w[c] -= float32(a.scale[p.Index] * (d / exact.Sqrt(a.velocity(p.Index, r, c))))
		}
	})
}

// State returns the means of rows and then those of columns.
func (a *Adafactor) State() []StateArray {
	var all []StateArray
	for _, arrays := range [][]StateArray{a.rows, a.cols} {
		for _, array := range arrays {
			if array.Shape != nil {
				all = append(all, array)
			}
		}
	}
	return all
}

func (a *Adafactor) counters() counters { return counters{"adafactor.step": &a.step} }

// Counters returns the number of steps.
func (a *Adafactor) Counters() map[string]float64 { return a.counters().values() }

// Restore sets the number of steps.
func (a *Adafactor) Restore(counters map[string]float64) error { return a.counters().restore(counters) }
