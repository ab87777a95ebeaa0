package sampler

import (
	"math"
	"math/rand/v2"
	"slices"

	"dnn/internal/exact"
	"dnn/internal/random"
)

// Parzen estimates how settings are distributed, by their places between 0 and 1 on each axis: the mean of the axes'
// own distribution, which is uniform there, and of a kernel around each observed setting. A kernel is a product over
// the axes, so that the estimate knows which values go together: a normal distribution that is cut off at 0 and 1, or,
// for listed values, a distribution that has most of its weight at the observed one.
type Parzen struct {
	axes    []*Axis
	kernels []kernel
	other   []float64 // of listed values, the weight that a kernel has for all of them together, beside 1 for its own
}

// kernel is the distribution around one setting.
type kernel struct {
	bumps  []bump  // for axes of numbers
	own    []int   // the index of the value, for axes of listed values
	height float64 // the density at the setting, apart from listed values
}

// bump is a normal distribution that is cut off at 0 and 1.
type bump struct {
	mean, deviation float64
	from, share     float64 // the probability below 0, and between 0 and 1
}

// NewParzen returns the estimate from these settings.
func NewParzen(axes []*Axis, seen [][]string) Parzen {
	p := Parzen{axes: axes, other: make([]float64, len(axes))}
	n := float64(len(seen))
	// As wide as Scott's rule says (Multivariate Density Estimation, 1992) for settings that fill a third of the range.
	width := 0.1 * exact.Power(1/max(n, 1), 1/float64(len(axes)+4))
	for i, x := range axes {
		p.other[i] = float64(len(x.Texts)) / max(n, 1)
	}
	for _, o := range seen {
		k := kernel{bumps: make([]bump, len(axes)), own: make([]int, len(axes)), height: 1}
		for i, x := range axes {
			if x.Texts != nil {
				k.own[i] = slices.Index(x.Texts, o[i])
				continue
			}
			from, to := x.Cell(o[i])
			b := bump{mean: (from + to) / 2, deviation: max((to-from)/2, width)} // no narrower than the cell
			b.from = NormalBelow(-b.mean / b.deviation)
			b.share = NormalBelow((1-b.mean)/b.deviation) - b.from
			k.height /= float64(b.deviation * b.share * math.Sqrt(2*math.Pi))
			k.bumps[i] = b
		}
		p.kernels = append(p.kernels, k)
	}
	return p
}

// Draw returns a combination that is drawn from the estimate.
func (p Parzen) Draw(key random.Key) []string {
	var stream rand.PCG
	key.Seed(&stream)
	which := int(Between(stream.Uint64()) * float64(len(p.kernels)+1))
	texts := make([]string, len(p.axes))
	for i, x := range p.axes {
		u, keep := Between(stream.Uint64()), Between(stream.Uint64())
		if which < len(p.kernels) {
			k := p.kernels[which]
			if x.Texts != nil && k.own[i] >= 0 && keep*(1+p.other[i]) < 1 {
				texts[i] = x.Texts[k.own[i]]
				continue
			}
			if x.Texts == nil {
				u = k.bumps[i].quantile(u)
			}
		}
		texts[i] = x.Text(u)
	}
	return texts
}

// quantile returns the place below which the bump has a share u.
func (b bump) quantile(u float64) float64 {
	q := min(max(b.from+float64(u*b.share), 0x1p-53), 1-0x1p-53)
	return min(max(b.mean+float64(b.deviation*normalQuantile(q)), 0), 1-0x1p-53)
}

// Place is where a combination is.
type Place struct {
	middle []float64 // of the cell of its value, for axes of numbers
	index  []int     // of its value
	prior  []float64 // the probability of the value, for axes of listed values
}

// PlaceOf returns the place of a combination.
func PlaceOf(axes []*Axis, texts []string) Place {
	at := Place{make([]float64, len(axes)), make([]int, len(axes)), make([]float64, len(axes))}
	for i, x := range axes {
		from, to := x.Cell(texts[i])
		at.middle[i], at.prior[i] = (from+to)/2, to-from
		if x.Texts != nil {
			at.index[i] = slices.Index(x.Texts, texts[i])
		}
	}
	return at
}

// Density returns the density at a place, as a multiple of the width of its cells of numbers, which is the same for all
// estimates.
func (p Parzen) Density(at Place) float64 {
	sum := 1.0 // of the uniform distribution
	for i, x := range p.axes {
		if x.Texts != nil {
			sum *= at.prior[i]
		}
	}
	for _, k := range p.kernels {
		squares, weight := 0.0, k.height
		for i, x := range p.axes {
			if x.Texts == nil {
				z := (at.middle[i] - k.bumps[i].mean) / k.bumps[i].deviation
				squares += float64(z * z)
				continue
			}
			own := float64(p.other[i] * at.prior[i])
			if at.index[i] == k.own[i] {
				own++
			}
			weight *= own / (1 + p.other[i])
		}
		if squares < far {
			sum += float64(weight * exact.Exp64(-0.5*squares))
		}
	}
	return sum / float64(len(p.kernels)+1)
}

// far is the square of a distance, in deviations, beyond which a kernel has as good as no density.
const far = 100
