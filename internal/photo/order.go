package photo

import (
	"image"
	"slices"
)

// order divides digits into lines, from the top, each from left to right. Lines may be inclined by up to 8 degrees: the
// slope is the one in which digits lie best behind each other, or that of ruled lines.
func (f *finder) order(parts []part) [][]part {
	if len(parts) == 0 {
		return nil
	}
	slope := f.slope(parts)
	level := func(p *part) float64 { // of its middle, on a page that is not inclined
		return float64(p.box.Min.Y+p.box.Max.Y)/2 - slope*float64(p.box.Min.X+p.box.Max.X)/2
	}
	slices.SortStableFunc(parts, func(a, b part) int { return compare(level(&a), level(&b)) })
	var lines [][]part
	sum := 0.
	for _, p := range parts {
		if n := len(lines) - 1; n >= 0 && level(&p)-sum/float64(len(lines[n])) < 0.55*f.height {
			lines[n] = append(lines[n], p)
			sum += level(&p)
			continue
		}
		lines = append(lines, []part{p})
		sum = level(&p)
	}
	for _, line := range lines {
		slices.SortStableFunc(line, func(a, b part) int {
			return compare(float64(a.box.Min.X+a.box.Max.X), float64(b.box.Min.X+b.box.Max.X))
		})
	}
	return lines
}

// compare orders two numbers.
func compare(a, b float64) int {
	switch {
	case a < b:
		return -1
	case a > b:
		return 1
	}
	return 0
}

// slope returns how much lines of digits fall, in pixels for each pixel to the right.
func (f *finder) slope(parts []part) float64 {
	best, bestScore := 0., -1.
	middles := make([]image.Point, len(parts)) // times 2
	for i, p := range parts {
		middles[i] = p.box.Min.Add(p.box.Max)
	}
	for step := range 57 {
		slope := float64((step+1)/2) * 0.005 // 0, then outwards on both sides: at equal score the flattest
		if step%2 == 1 {
			slope = -slope
		}
		score := 0.
		for i, a := range middles {
			for _, b := range middles[:i] {
				d := b.Sub(a)
				if dx := max(d.X, -d.X); float64(dx) > 16*f.height {
					continue // far apart, the slightest slope brings any two into line
				}
				off := (float64(d.Y) - slope*float64(d.X)) / f.height
				if off = 1 - off*off*4; off > 0 {
					score += off
				}
			}
		}
		score *= 1 - 0.5*slope*slope/0.02
		if score > bestScore+1e-9 {
			best, bestScore = slope, score
		}
	}
	return best
}
