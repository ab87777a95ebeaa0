package schedule

import (
	"dnn/internal/exact"
	"dnn/internal/setting"
)

// OneCycle is the policy of Smith and Topin (arXiv:1708.07120), with half cosine waves in place of straight lines, as
// in fast.ai and PyTorch. The rate rises from peak/DivFactor to the peak, which is the optimizer's rate, over the first
// PctStart of all steps. Then it falls to peak/DivFactor/FinalDivFactor at the last step. Keras has no such schedule;
// names and defaults are PyTorch's.
type OneCycle struct {
	PctStart       float64 // the fraction of steps in which the rate rises
	DivFactor      float64 // the peak divided by the first rate
	FinalDivFactor float64 // the first rate divided by the last
}

func newOneCycle() *OneCycle { return &OneCycle{PctStart: 0.3, DivFactor: 25, FinalDivFactor: 10000} }

// Settings implements Kind.
func (o *OneCycle) Settings() []setting.Setting {
	const most = 1e9
	return []setting.Setting{
		{Name: "pct_start", Value: &o.PctStart, Bounds: setting.Between(0, 1), Example: "0.25",
			Doc:    "Fraction of all steps in which the rate rises to the optimizer's, its peak.",
			Advice: "0.3; less in a long run."},
		{Name: "div_factor", Value: &o.DivFactor, Bounds: setting.From(1, most), Example: "10",
			Doc:    "How many times lower than the peak the first rate is.",
			Advice: "25, with a peak of several times the rate that is good without a schedule."},
		{Name: "final_div_factor", Value: &o.FinalDivFactor, Bounds: setting.From(1, most), Example: "100",
			Doc:    "How many times lower than the first rate the last one is.",
			Advice: "10000, as in PyTorch; 100 where the last epochs are to learn as well."},
	}
}

// For implements Kind.
func (o *OneCycle) For(run Run) Schedule {
	return oneCycle{
		peak: run.Rate, totalSteps: run.Epochs * run.Steps,
		warmup: o.PctStart, div: o.DivFactor, finalDiv: o.FinalDivFactor,
	}
}

// FixedBy implements Kind.
func (o *OneCycle) FixedBy() string { return "name (one_cycle)" }

// oneCycle is the schedule of a OneCycle.
type oneCycle struct {
	peak       float64
	totalSteps int     // >= 1
	warmup     float64 // the fraction of steps in which the rate rises
	div        float64
	finalDiv   float64
}

func (o oneCycle) Rate(step int) float64 {
	first := o.peak / o.div
	top, last := float64(o.warmup*float64(o.totalSteps))-1, float64(o.totalSteps-1)
	switch at := float64(step); {
	case at <= top:
		return between(first, o.peak, at/max(top, 1))
	case at < last:
		return between(o.peak, first/o.finalDiv, (at-top)/(last-top))
	}
	return first / o.finalDiv
}

// between follows half a cosine wave from a, at fraction 0, to b, at fraction 1.
func between(a, b, fraction float64) float64 {
	return b + float64((a-b)*float64(0.5*(1+exact.CosPi(fraction))))
}
