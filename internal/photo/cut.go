package photo

import (
	"image"
	"math"
	"slices"

	"dnn/internal/exact"
)

const (
	cutFrom     = 0.9   // digits may touch in a part that is wider than this times a digit's height
	cutAlone    = 1.6   // the same if there is nothing else in the picture, which then is likely one digit
	cutSeams    = 20    // places that are tried in one part
	cutPrice    = 0.7   // that a network's certainty must gain by a cut, as a logarithm of probability
	cutInk      = 1.0   // the same for a cut through ink as long as the part is high
	cutWidest   = 1.35  // width of a digit, as a share of the height, beyond which it is unlikely
	cutSure     = -0.01 // logarithm of the probability from which a part is one digit, unless it is
	cutTwo      = 1.8   // so much wider than high
	cutUnlikely = 5.0   // price of one more height of width
	cutMost     = 10000 // pieces that are tried in one picture: a page of print has very many wide parts, and no digits
)

// seam is a way from the top of a part to its bottom: the column, in each row, before which it is cut.
type seam struct {
	at   []int
	cost float32 // the ink that it crosses, in pixels
}

// cut divides parts in which digits touch, where the network is surest of the pieces: of all ways to cut it at some of
// the seams, the one with the largest sum of logarithms of the pieces' probabilities, less what the cuts cost (dynamic
// programming over the last cut).
func (f *finder) cut(parts []part) []part {
	if f.options.Read == nil || max(f.grey.w, f.grey.h) <= lone {
		return parts
	}
	from := cutFrom
	if len(parts) == 1 {
		from = cutAlone
	}
	var all []part
	for i := range parts {
		if p := &parts[i]; float64(p.box.Dx()) > from*f.tall(p) {
			all = append(all, f.cutOne(p)...)
		} else {
			all = append(all, *p)
		}
	}
	return all
}

// tall returns the height by which a part's width is judged: that of a typical digit if the part is lower, since what is
// low and wide is one digit that lies.
func (f *finder) tall(p *part) float64 { return max(float64(p.box.Dy()), f.height) }

// cutOne returns the pieces of a part.
func (f *finder) cutOne(p *part) []part {
	if f.tried >= cutMost {
		return []part{*p}
	}
	ink := f.glyph(p)
	seams := ink.seams(float64(p.box.Dy()))
	last := len(seams) - 1
	f.tried += last * (last + 1) / 2
	type piece struct {
		from, to int
		part     part
		score    float64
	}
	var pieces []piece
	var images [][]byte
	for to := 1; to <= last; to++ {
		for from := range to {
			q, ok := f.piece(p, ink, &seams[from], &seams[to])
			if !ok {
				continue
			}
			pieces = append(pieces, piece{from: from, to: to, part: q})
			images = append(images, nil)
		}
	}
	spread(len(pieces), func(lo, hi int) {
		for i := lo; i < hi; i++ {
			images[i] = normalize(pieces[i].part.ink)
		}
	})
	if len(pieces) == 0 {
		return []part{*p}
	}
	high := f.tall(p)
	for i, probabilities := range f.options.Read(images) {
		q := &pieces[i]
		q.score = float64(exact.Log(max(float64(slices.Max(probabilities)), 1e-6)))
		if q.from == 0 && q.to == last && q.score > cutSure && float64(p.box.Dx()) < cutTwo*high {
			return []part{*p}
		}
		q.score -= cutUnlikely * max(float64(q.part.box.Dx())/high-cutWidest, 0)
		if q.from > 0 {
			q.score -= cutPrice + cutInk*float64(seams[q.from].cost)/high
		}
	}
	best, by := make([]float64, last+1), make([]int, last+1)
	for i := range best {
		best[i] = math.Inf(-1)
	}
	best[0] = 0
	for i, q := range pieces { // in order of their ends
		if score := best[q.from] + q.score; score > best[q.to] {
			best[q.to], by[q.to] = score, i
		}
	}
	var chosen []part
	for at := last; at > 0; at = pieces[by[at]].from {
		if math.IsInf(best[at], -1) {
			return []part{*p}
		}
		chosen = append(chosen, pieces[by[at]].part)
	}
	if len(chosen) == 1 {
		return []part{*p}
	}
	slices.Reverse(chosen)
	return chosen
}

// piece returns what is between two seams, if it has the size of a digit.
func (f *finder) piece(p *part, ink *plane, from, to *seam) (part, bool) {
	q := part{cut: true, ink: newPlane(ink.w, ink.h)}
	for y := range ink.h {
		for x := max(from.at[y], 0); x < min(to.at[y], ink.w); x++ {
			v := ink.pix[y*ink.w+x]
			q.ink.pix[y*ink.w+x] = v
			if v >= half {
				q.box = q.box.Union(image.Rect(x, y, x+1, y+1))
				q.area++
			}
		}
	}
	high := float64(p.box.Dy())
	w, h := float64(q.box.Dx()), float64(q.box.Dy())
	if h < 0.5*high || w > cutTwo*f.tall(p) || float64(q.area) < 0.02*high*high {
		return part{}, false
	}
	q.ink = q.ink.cropped(q.box.Inset(-2))
	q.box = q.box.Add(p.box.Min).Sub(image.Pt(2, 2)) // of the margin that glyph leaves
	return q, true
}

// cropped returns a part of the plane, 0 outside.
func (p *plane) cropped(box image.Rectangle) *plane {
	out := newPlane(box.Dx(), box.Dy())
	for y := range out.h {
		for x := range out.w {
			if at := image.Pt(x, y).Add(box.Min); at.In(image.Rect(0, 0, p.w, p.h)) {
				out.pix[y*out.w+x] = p.pix[at.Y*p.w+at.X]
			}
		}
	}
	return out
}

// seams returns the left edge, the best places for cuts, from left to right, and the right edge.
func (p *plane) seams(high float64) []seam {
	reach := max(int(0.15*high), 1)
	var found []seam
	for x := max(int(0.1*high), 2); x < p.w-max(int(0.1*high), 2); x += max(int(high/24), 1) {
		found = append(found, p.seam(x, reach))
	}
	slices.SortStableFunc(found, func(a, b seam) int { return compare(float64(a.cost), float64(b.cost)) })
	var kept []seam
	for _, s := range found {
		tooNear := slices.ContainsFunc(kept, func(k seam) bool {
			apart := 0
			for y := range s.at {
				apart += max(s.at[y]-k.at[y], k.at[y]-s.at[y])
			}
			return float64(apart) < high*float64(len(s.at))/20
		})
		if !tooNear && len(kept) < max(cutSeams, int(3*float64(p.w)/high)) {
			kept = append(kept, s)
		}
	}
	middle := func(s *seam) int {
		sum := 0
		for _, x := range s.at {
			sum += x
		}
		return sum
	}
	slices.SortFunc(kept, func(a, b seam) int { return middle(&a) - middle(&b) })
	left, right := seam{at: make([]int, p.h)}, seam{at: make([]int, p.h)}
	for y := range right.at {
		right.at[y] = p.w
	}
	return append(append([]seam{left}, kept...), right)
}

// seam returns the way from top to bottom, at most reach from a column, that crosses the least ink. Steps aside cost a
// little.
func (p *plane) seam(column, reach int) seam {
	lo, hi := max(column-reach, 0), min(column+reach+1, p.w)
	n := hi - lo
	costs, came := make([]float32, n), make([]int8, n*p.h)
	next := make([]float32, n)
	for y := range p.h {
		for i := range n {
			best, by := costs[i], int8(0)
			if i > 0 && costs[i-1]+0.06 < best {
				best, by = costs[i-1]+0.06, -1
			}
			if i+1 < n && costs[i+1]+0.06 < best {
				best, by = costs[i+1]+0.06, 1
			}
			next[i], came[y*n+i] = best+p.pix[y*p.w+lo+i], by
		}
		costs, next = next, costs
	}
	at := column - lo
	for i, c := range costs {
		if c < costs[at] {
			at = i
		}
	}
	s := seam{at: make([]int, p.h), cost: costs[at]}
	for y := p.h - 1; y >= 0; y-- {
		s.at[y] = lo + at
		at += int(came[y*n+at])
	}
	return s
}
