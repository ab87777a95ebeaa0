package photo

import "math"

const (
	leastInk = 0.06 // ink fainter than this is never seen
	noises   = 4    // how many standard deviations of the noise ink must exceed
)

// levels are the limits between ink and paper.
type levels struct {
	low, high float32 // ink is what is over low and hangs together with some that is over high
	noise     float32 // standard deviation of the paper
}

// levelsOf returns the limits of a picture of ink: high is where N. Otsu's criterion divides ink from paper, a little
// lowered, since fainter pens write too; low is half of that, but over the noise.
func levelsOf(ink *plane) levels {
	l := levels{noise: noiseOf(ink)}
	floor := max(leastInk, noises*l.noise)
	middle := otsu(ink)
	l.low = max(middle/2, floor)
	l.high = max(middle*0.7, l.low, floor*1.5)
	return l
}

// noiseOf returns the standard deviation of a picture's noise: by the median of how far each pixel is from the mean of
// its two neighbors, which edges do not move (of a normal distribution it is 0.6745 times the standard deviation).
func noiseOf(p *plane) float32 {
	var off []float32
	step := max(p.w*p.h/50_000, 1) | 1
	for i := 1; i+1 < len(p.pix); i += step {
		d := p.pix[i] - (p.pix[i-1]+p.pix[i+1])/2
		off = append(off, max(d, -d))
	}
	return median(off) / 0.6745 / float32(math.Sqrt(1.5))
}

// otsu returns the level that best divides the values between 0 and 1 into two classes: the one with the largest
// variance between them (N. Otsu, A threshold selection method from gray-level histograms, 1979).
func otsu(p *plane) float32 {
	const bins = 256
	var count [bins]uint32
	for _, v := range p.pix {
		count[uint8(int32(min(max(v, 0), 1)*(bins-1)+0.5))]++
	}
	var sum, all float64
	for i, n := range &count {
		sum += float64(i) * float64(n)
		all += float64(n)
	}
	var below, belowSum, best float64
	first, last := 0, 0
	for i, n := range &count {
		below += float64(n)
		belowSum += float64(i) * float64(n)
		if below == 0 || below == all {
			continue
		}
		d := belowSum/below - (sum-belowSum)/(all-below)
		switch between := d * d * below * (all - below); {
		case between > best*(1+1e-9):
			best, first, last = between, i, i
		case between >= best*(1-1e-9):
			last = i // nothing lies between: take the middle
		}
	}
	return (float32(first+last)/2 + 0.5) / (bins - 1)
}
