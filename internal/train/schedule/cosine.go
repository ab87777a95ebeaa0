package schedule

import (
	"dnn/internal/exact"
	"dnn/internal/setting"
)

// Cosine is Keras's CosineDecay: over the steps after the warm-up, the rate falls along half a cosine wave from the
// optimizer's rate to Alpha times that (Loshchilov and Hutter, ICLR 2017, arXiv:1608.03983).
//
//	rate ((1 - Alpha) (1 + cos(pi step / steps)) / 2 + Alpha)
//
// With FirstDecayEpochs it is Keras's CosineDecayRestarts, the warm restarts of the same paper: after a first wave of
// that length, each wave is TMul times as long as the one before, and its first rate MMul times as high.
type Cosine struct {
	WarmupEpochs     float64
	Alpha            float64 // the lowest rate, as a fraction of the optimizer's
	FirstDecayEpochs float64 // length of the first wave; 0: no restarts
	TMul             float64 // >= 1
	MMul             float64
}

func newCosine() *Cosine { return &Cosine{TMul: 2, MMul: 1} }

// Settings implements Kind.
func (c *Cosine) Settings() []setting.Setting {
	return []setting.Setting{
		warmupEpochs(&c.WarmupEpochs),
		{Name: "alpha", Value: &c.Alpha, Bounds: setting.From(0, 1), Example: "0.01",
			Doc:    "The lowest rate, as a fraction of the optimizer's.",
			Advice: "0; 0.01 where the last epochs are to learn as well."},
		{Name: "first_decay_epochs", Value: &c.FirstDecayEpochs, Bounds: durationsOrNone(), Example: "10",
			Doc:    "How long the first wave is, before a restart; 0: never, one wave to the end.",
			Advice: "0; a tenth of the epochs where a run may have to be stopped early."},
		{Name: "t_mul", Value: &c.TMul, Bounds: setting.From(1, 1000), Example: "1",
			Doc:    "How many times longer each wave is than the one before, with restarts.",
			Advice: "2; 1 for waves of equal length."},
		{Name: "m_mul", Value: &c.MMul, Bounds: setting.Above(0, 1), Example: "0.5",
			Doc:    "How many times higher each wave is than the one before, with restarts.",
			Advice: "1; 0.5 where a restart should undo less."},
	}
}

// For implements Kind.
func (c *Cosine) For(run Run) Schedule {
	var wave Schedule = cosine{initial: run.Rate, decaySteps: run.decaySteps(0, c.WarmupEpochs), alpha: c.Alpha}
	if c.FirstDecayEpochs > 0 {
		wave = cosineRestarts{
			initial: run.Rate, firstSteps: run.steps(c.FirstDecayEpochs), tMul: c.TMul, mMul: c.MMul, alpha: c.Alpha,
		}
	}
	return run.warmedUp(c.WarmupEpochs, wave)
}

// FixedBy implements Kind.
func (c *Cosine) FixedBy() string {
	if c.FirstDecayEpochs == 0 {
		return "first_decay_epochs (0: all epochs)"
	}
	return ""
}

// cosine is the schedule of a Cosine without restarts.
type cosine struct {
	initial    float64
	decaySteps int // >= 1
	alpha      float64
}

func (c cosine) Rate(step int) float64 {
	return cosineRate(c.initial, c.alpha, 1, float64(min(step, c.decaySteps))/float64(c.decaySteps))
}

// cosineRestarts is the schedule of a Cosine with restarts.
type cosineRestarts struct {
	initial    float64
	firstSteps int     // in the first wave, >= 1
	tMul       float64 // >= 1
	mMul       float64
	alpha      float64
}

// Rate implements Schedule.
//
// Keras computes the number of a step's wave with logarithms in float32, which can be off by one at the end of a wave.
// Here the earlier waves are subtracted one by one.
func (c cosineRestarts) Rate(step int) float64 {
	at, period, height := float64(step), float64(c.firstSteps), 1.0
	for at >= period {
		at -= period
		period *= c.tMul
		height *= c.mMul
	}
	return cosineRate(c.initial, c.alpha, height, at/period)
}

// cosineRate returns the rate after the given fraction of a wave. The wave starts at height times initial if alpha is
// 0.
func cosineRate(initial, alpha, height, fraction float64) float64 {
	wave := float64(0.5 * height * (1 + exact.CosPi(fraction)))
	return float64(initial * (float64((1-alpha)*wave) + alpha))
}
