package photo

import (
	"math"
	"slices"
)

const (
	ridgeTop   = 0.15 // ink beyond this makes no line more of one
	ruleSlopes = 0.14 // lines are inclined by at most this
	ruleNode   = 16   // columns between two places where a line may bend
	ruleBend   = 6    // pixels by which a line may leave the straight one
	ruleBand   = 8    // pixels above and below the middle of a line that may be part of it
)

// rule is a ruled line: thin, across most of the picture, almost level, perhaps a little bent.
type rule struct {
	middle      []int                   // its row in each column
	from, to    int                     // the columns between which it is there
	level       [2*ruleBand + 1]float32 // its ink at each distance from the middle
	top, bottom int                     // the first and the last of these rows that has some
}

// eraseRules erases ruled lines from the ink, level ones and upright ones. Where a stroke crosses a line, it stays.
func (f *finder) eraseRules() {
	if max(f.ink.w, f.ink.h) < 200 {
		return
	}
	limit, noise := f.levels, f.levels.noise
	ink := &plane{f.ink.w, f.ink.h, slices.Clone(f.ink.pix)}
	f.rules = findRules(ink, noise)
	for i := range f.rules {
		f.rules[i].erase(ink, limit, noise)
	}
	turned := ink.transposed()
	upright := findRules(turned, noise)
	for i := range upright {
		upright[i].erase(turned, limit, noise)
	}
	if len(upright) > 0 {
		ink = turned.transposed()
	}
	f.rules = append(f.rules, upright...)
	f.ink = ink
}

// findRules returns the ruled lines that go across.
func findRules(ink *plane, noise float32) []rule {
	ridge := ridges(ink)
	step := 4 / float64(ink.w)
	best := ridge.steepest(0, step, int(ruleSlopes/step))
	best = ridge.steepest(best, step/4, 3)
	profile, first := ridge.profile(best)
	var rules []rule
	long := 0
	for i, v := range profile {
		if v < max(0.02, 0.3*float64(noise)) || v < slices.Max(profile[max(i-ruleBand, 0):min(i+ruleBand+1, len(profile))]) {
			continue
		}
		r := follow(ink, ridge, float64(first+i), best)
		if r.measure(ink) {
			rules = append(rules, r)
			if 2*(r.to-r.from) >= ink.w {
				long++
			}
		}
	}
	return slices.DeleteFunc(rules, func(r rule) bool { return !r.isRule(ink, long) })
}

// steepest returns the slope along which there is most of a ridge: of those up to count steps from the middle.
func (p *plane) steepest(middle, step float64, count int) float64 {
	scores := make([]float64, 2*count+1)
	spread(len(scores), func(lo, hi int) {
		for i := lo; i < hi; i++ {
			profile, _ := p.profile(middle + float64(i-count)*step)
			for _, v := range profile {
				scores[i] += max(v, 0) * max(v, 0)
			}
		}
	})
	best := count
	for i, score := range scores {
		if score > scores[best] {
			best = i
		}
	}
	return middle + float64(best-count)*step
}

// isRule reports whether a line is long and thin enough: across most of the picture, or, if there are several, across
// half of it, or from one edge to another.
func (r *rule) isRule(ink *plane, long int) bool {
	length, atEdge := r.to-r.from, func(x int) bool {
		y := r.middle[min(max(x, 0), ink.w-1)]
		return x < ink.w/30 || x >= ink.w-ink.w/30 || y < ink.h/30 || y >= ink.h-ink.h/30
	}
	switch {
	case length < 40*(r.bottom-r.top-5):
		return false
	case long < 2:
		return 5*length >= 4*ink.w
	}
	return 2*length >= ink.w || 10*length >= ink.w && atEdge(r.from) && atEdge(r.to-1)
}

// ridges is how much more ink there is at a pixel than a little above and below it, column by column, at most ridgeTop.
func ridges(ink *plane) *plane {
	v := newPlane(ink.h, ink.w)
	reach := max(ink.h/150, 4)
	spread((ink.w+block-1)/block, func(lo, hi int) {
		for y := range ink.h {
			above, here, below := ink.row(max(y-reach, 0)), ink.row(y), ink.row(min(y+reach, ink.h-1))
			for x := lo * block; x < min(hi*block, ink.w); x++ {
				v.pix[x*v.w+y] = min(max(min(here[x]-above[x], here[x]-below[x]), -ridgeTop), ridgeTop)
			}
		}
	})
	return v
}

// profile returns the mean ridge along lines of that slope, one for each row in which they cross the middle column, from
// the row first on. p is column by column.
func (p *plane) profile(slope float64) (means []float64, first int) {
	over := int(math.Abs(slope)*float64(p.h)/2) + 1
	sums, more := make([]float32, p.w+2*over), make([]int, p.w+2*over+1) // more: columns from here on than before
	for x := 0; x < p.h; x += 4 {
		shift := over - int(math.Round(slope*(float64(x)-float64(p.h)/2)))
		if shift < 0 || shift > 2*over {
			continue
		}
		more[shift]++
		more[shift+p.w]--
		from := p.row(x)
		to := sums[shift:][:len(from)]
		for y, v := range from {
			to[y] += v
		}
	}
	means = make([]float64, len(sums))
	n := 0
	for i := range means {
		if n += more[i]; n*40 >= p.h { // a tenth of the columns
			means[i] = float64(sums[i]) / float64(n)
		}
	}
	return means, -over
}

// follow returns a line that crosses the middle column near a row: the way along which there is most ridge, of all
// that leave the straight line by at most ruleBend and bend by at most a pixel at each node (dynamic programming).
func follow(ink, ridge *plane, row, slope float64) rule {
	const ways = 2*ruleBend + 1
	nodes := (ink.w + ruleNode - 1) / ruleNode
	straight := func(x int) float64 { return row + slope*(float64(x)-float64(ink.w)/2) }
	came, best := make([][ways]int, nodes), [ways]float32{}
	for n := range nodes {
		var next [ways]float32
		for way := range ways {
			from := way
			for _, w := range []int{way - 1, way + 1} {
				if w >= 0 && w < ways && best[w]-0.3 > best[from] {
					from = w
				}
			}
			came[n][way], next[way] = from, best[from]
			for x := n * ruleNode; x < min((n+1)*ruleNode, ink.w); x += 2 {
				if y := int(math.Round(straight(x))) + way - ruleBend; y >= 0 && y < ink.h {
					next[way] += ridge.pix[x*ridge.w+y]
				}
			}
		}
		best = next
	}
	way := ruleBend
	for w := range ways {
		if best[w] > best[way] {
			way = w
		}
	}
	r := rule{middle: make([]int, ink.w)}
	for n := nodes - 1; n >= 0; n-- {
		for x := n * ruleNode; x < min((n+1)*ruleNode, ink.w); x++ {
			r.middle[x] = int(math.Round(straight(x))) + way - ruleBend
		}
		way = came[n][way]
	}
	return r
}

// measure finds how thick and dark a line is, and where it begins and ends. It reports whether there is one.
func (r *rule) measure(ink *plane) bool {
	var values [2*ruleBand + 1][]float32
	for x, y := range r.middle {
		for k := range values {
			if row := y + k - ruleBand; row >= 0 && row < ink.h {
				values[k] = append(values[k], ink.pix[row*ink.w+x])
			}
		}
	}
	for k := range values {
		r.level[k] = median(values[k])
	}
	middle := r.level[ruleBand]
	if middle < 0.03 {
		middle = 0.03
	}
	r.top, r.bottom = ruleBand, ruleBand
	for r.top > 0 && r.level[r.top-1] > max(0.15*middle, 0.01) {
		r.top--
	}
	for r.bottom < 2*ruleBand && r.level[r.bottom+1] > max(0.15*middle, 0.01) {
		r.bottom++
	}
	if r.top <= 3 || r.bottom >= 2*ruleBand-3 {
		return false // no line, but something broad
	}
	r.span(ink, middle)
	// A line between two rows is now in the one, now in the other, and where it bends it may be one further.
	r.top, r.bottom = r.top-2, r.bottom+2
	level := r.level
	for k := r.top; k <= r.bottom; k++ {
		r.level[k] = max(level[k-2], level[k-1], level[k], level[k+1], level[k+2])
	}
	return r.to > r.from
}

// span finds where the line begins and ends, if in most columns between there is its ink. A column in which something
// crosses it says nothing.
func (r *rule) span(ink *plane, level float32) {
	const window = 32
	good, bad := 0, 0
	for x := 0; x < ink.w; x += window {
		there, missing := 0, 0
		for c := x; c < min(x+window, ink.w); c++ {
			y := r.middle[c]
			if y < 0 || y >= ink.h || ink.at(c, y-ruleBand) > level && ink.at(c, y+ruleBand) > level {
				continue
			}
			if max(ink.at(c, y-1), ink.at(c, y), ink.at(c, y+1)) >= 0.5*level {
				there++
			} else {
				missing++
			}
		}
		switch {
		case there > 2*missing:
			if r.to == 0 {
				r.from, bad = x, 0
			}
			r.to = min(x+window, ink.w)
			good++
		case there+missing > 0:
			bad++
		}
		if good > 0 && bad > good+2 {
			break // it has ended, or there was only a stroke
		}
	}
	if 3*good*window < 2*(r.to-r.from) {
		r.to = r.from
	}
}

// erase takes a line off the ink. A pixel stays if it has clearly more ink than the line, or if a stroke that crosses
// the line passes through it: from ink just above to ink just below.
func (r *rule) erase(ink *plane, limit levels, noise float32) {
	crossing := max(0.12, noises*noise, 0.25*(limit.high-r.level[ruleBand]))
	tall := r.bottom - r.top + 1
	from, to := max(r.from-ruleNode, 0), min(r.to+ruleNode, ink.w)
	kept := make([]float32, ink.w*tall)
	above, below := make([]float32, ink.w+2*tall), make([]float32, ink.w+2*tall) // beside the line, from column -tall on
	for x, y := range r.middle {
		above[x+tall], below[x+tall] = ink.at(x, y+r.top-1-ruleBand), ink.at(x, y+r.bottom+1-ruleBand)
	}
	up, down := make([]int, 2*tall+1), make([]int, 2*tall+1) // where a stroke of each slant enters and leaves, from x-tall on
	for k := range tall {
		share := float64(k+1) / float64(tall+1)
		for i := range up {
			slant := float64(i - tall)
			up[i], down[i] = tall-int(math.Round(slant*share)), tall+int(math.Round(slant*(1-share)))
		}
		for x := from; x < to; x++ {
			v := ink.at(x, r.middle[x]+r.top+k-ruleBand)
			if v > r.level[r.top+k]+crossing {
				kept[k*ink.w+x] = v
				continue
			}
			stroke := float32(0)
			for i, u := range up {
				if a := above[x+u]; a > stroke {
					stroke = max(stroke, min(a, below[x+down[i]]))
				}
			}
			if stroke >= limit.low {
				kept[k*ink.w+x] = max(stroke, v)
			}
		}
	}
	for x := from; x < to; x++ {
		for k := range tall {
			if y := r.middle[x] + r.top + k - ruleBand; y >= 0 && y < ink.h {
				ink.pix[y*ink.w+x] = kept[k*ink.w+x]
			}
		}
	}
}
