package space

import (
	"cmp"
	"math"
	"math/rand/v2"
	"slices"

	"dnn/internal/exact"
	"dnn/internal/random"
)

// parzen estimates how the values of an axis are distributed, by their places between 0 and 1: the mean of a normal
// distribution around each observed place, cut off at 0 and 1, and of the uniform one, which is the axis's own
// distribution before anything was observed. For listed values, it counts instead: each begins with the count that it
// has on average in as many draws as there are values.
type parzen struct {
	bumps  []bump
	upTo   []float64 // of listed values, the ends of their cells
	counts []float64 // and how often each was seen, with what it begins with
	total  float64   // their sum
}

// bump is a normal distribution that is cut off at 0 and 1.
type bump struct {
	mean, deviation float64
	from, share     float64 // the probability below 0, and between 0 and 1
	height          float64 // the density at the mean
}

// newParzen returns the estimate for an axis, of that index, from these settings.
func newParzen(x *axis, index int, seen []observed) parzen {
	if x.texts != nil {
		return newCounts(x, index, seen)
	}
	places := make([]float64, len(seen))
	for i, o := range seen {
		from, to := x.cell(o.texts[index])
		places[i] = (from + to) / 2
	}
	slices.Sort(places)
	p := parzen{bumps: make([]bump, len(places))}
	narrowest := 1 / min(100, float64(len(places)+2))
	for i, mean := range places {
		left, right := 0.0, 1.0
		if i > 0 {
			left = places[i-1]
		}
		if i+1 < len(places) {
			right = places[i+1]
		}
		deviation := min(max(mean-left, right-mean, narrowest), 1)
		b := bump{mean: mean, deviation: deviation, from: normalBelow(-mean / deviation)}
		b.share = normalBelow((1-mean)/deviation) - b.from
		b.height = 1 / float64(deviation*b.share*math.Sqrt(2*math.Pi))
		p.bumps[i] = b
	}
	return p
}

// newCounts is newParzen for listed values.
func newCounts(x *axis, index int, seen []observed) parzen {
	p := parzen{upTo: x.upTo, counts: make([]float64, len(x.texts)), total: float64(len(x.texts) + len(seen))}
	begin := 0.0
	for i, end := range x.upTo {
		p.counts[i] = (end - begin) * float64(len(x.texts))
		begin = end
	}
	for _, o := range seen {
		if i := slices.Index(x.texts, o.texts[index]); i >= 0 {
			p.counts[i]++
		}
	}
	return p
}

// draw returns a place that is drawn from the estimate.
func (p parzen) draw(key random.Key) float64 {
	var stream rand.PCG
	key.Seed(&stream)
	which, u := between(stream.Uint64()), between(stream.Uint64())
	if p.counts != nil {
		sum := 0.0
		for i, c := range p.counts {
			if sum += c; which*p.total < sum || i == len(p.counts)-1 {
				return p.middle(i)
			}
		}
	}
	i := int(which * float64(len(p.bumps)+1))
	if i >= len(p.bumps) {
		return u
	}
	b := p.bumps[i]
	q := min(max(b.from+float64(u*b.share), 0x1p-53), 1-0x1p-53)
	return min(max(b.mean+float64(b.deviation*normalQuantile(q)), 0), 1-0x1p-53)
}

// middle returns the middle of the cell of a listed value.
func (p parzen) middle(i int) float64 {
	if i == 0 {
		return p.upTo[0] / 2
	}
	return (p.upTo[i-1] + p.upTo[i]) / 2
}

// density returns the density at a place, or the probability of a cell.
func (p parzen) density(from, to float64) float64 {
	if p.counts != nil {
		i, _ := slices.BinarySearch(p.upTo, to)
		return p.counts[min(i, len(p.counts)-1)] / p.total
	}
	sum := 1.0 // of the uniform distribution
	if from < to {
		sum = to - from
	}
	width, middle := cmp.Or(to-from, 1), (from+to)/2
	for _, b := range p.bumps {
		if to-from > b.deviation/4 {
			sum += max(0, normalBelow((to-b.mean)/b.deviation)-normalBelow((from-b.mean)/b.deviation)) / b.share
			continue
		}
		if z := (middle - b.mean) / b.deviation; z > -far && z < far { // the cell is so narrow that its middle tells
			sum += float64(width*b.height) * exact.Exp64(-0.5*float64(z*z))
		}
	}
	return sum / float64(len(p.bumps)+1)
}

// far is the number of deviations beyond which a normal distribution is as good as 0.
const far = 10
