package photo

import (
	"image"
	"math"
	"slices"
)

// join returns the parts that are digits: parts of one digit are joined, and frames, specks and what has not a digit's
// size are dropped. It finds the height of a typical digit.
func (f *finder) join(parts []part) []part {
	if max(f.grey.w, f.grey.h) <= lone {
		return f.joinLone(parts)
	}
	parts = dropFrames(parts)
	f.height = typicalHeight(parts)
	if f.height < 8 {
		return nil
	}
	parts = slices.DeleteFunc(parts, func(p part) bool { // they would join nothing, and there can be thousands
		return max(p.box.Dx(), p.box.Dy()) < int(0.1*f.height)
	})
	if whole := wholeOf(parts); f.inPieces(parts, whole) {
		f.height = float64(whole.Dy())
	}
	parts = f.joinNear(parts)
	parts = slices.DeleteFunc(parts, func(p part) bool { return !f.isDigit(&p) })
	var inks []float32
	for i := range parts {
		inks = append(inks, parts[i].inkOfLength())
	}
	least := median(inks) / 5
	return slices.DeleteFunc(parts, func(p part) bool { return p.inkOfLength() < least })
}

// inkOfLength returns the pixels of ink for each pixel of the longer side: a 1 has a stroke's width of it, an 8 four or
// five; what is left of a ruled line has much less.
func (p *part) inkOfLength() float32 { return float32(p.area) / float32(max(p.box.Dx(), p.box.Dy())) }

// joinLone joins all parts of a picture of one digit, except specks.
func (f *finder) joinLone(parts []part) []part {
	var all part
	for _, p := range parts {
		all.area = max(all.area, p.area)
	}
	least := all.area / 50
	all.area = 0
	for _, p := range parts {
		if p.area > least {
			all.add(p)
		}
	}
	if all.area < 4 {
		return nil
	}
	f.height = float64(all.box.Dy())
	return []part{all}
}

// wholeOf returns the box around all parts.
func wholeOf(parts []part) (box image.Rectangle) {
	for _, p := range parts {
		box = box.Union(p.box)
	}
	return box
}

// inPieces reports whether few parts look like the pieces of one broken digit, with nothing else in the picture: so near
// to each other that only a stroke is broken, and not side by side as digits are.
func (f *finder) inPieces(parts []part, whole image.Rectangle) bool {
	if len(parts) < 2 || len(parts) > 6 || 5*whole.Dx() > 6*whole.Dy() {
		return false
	}
	for i := range parts {
		nearest := math.Inf(1)
		for j := range parts {
			if i != j {
				nearest = min(nearest, gap(f.edge(&parts[i]), f.edge(&parts[j])))
			}
		}
		if nearest > 0.08*float64(whole.Dy()) || 10*parts[i].box.Dy() > 7*whole.Dy() && 2*parts[i].box.Dx() < whole.Dx() {
			return false
		}
	}
	return true
}

// add makes another part a part of p.
func (p *part) add(q part) {
	p.labels = append(p.labels, q.labels...)
	p.box = p.box.Union(q.box)
	p.area += q.area
	p.peak = max(p.peak, q.peak)
	p.cut = p.cut || q.cut
}

// typicalHeight returns the median of the parts' heights, in which a part counts by its ink, so that neither specks
// matter nor what is left of a ruled line.
func typicalHeight(parts []part) float64 {
	sorted := slices.Clone(parts)
	slices.SortFunc(sorted, func(a, b part) int { return a.box.Dy() - b.box.Dy() })
	total := 0
	for _, p := range sorted {
		total += p.area
	}
	sum := 0
	for _, p := range sorted {
		if sum += p.area; 2*sum >= total {
			return float64(p.box.Dy())
		}
	}
	return 0
}

// isDigit reports whether a part has the size and shape of a digit, or of several that touch.
func (f *finder) isDigit(p *part) bool {
	w, h := float64(p.box.Dx()), float64(p.box.Dy())
	fill := float64(p.area) / (w * h)
	switch {
	case h < 0.5*f.height || h > 2.5*f.height: // a speck, a dash, a piece; a frame
		return false
	case min(w, h) > 0.5*f.height && fill > 0.8: // a dark corner
		return false
	case w > 3*h && fill < 0.1: // a frame
		return false
	}
	return p.area >= 12
}

// dropFrames removes parts that surround another, with all their ink near the edges of their box.
func dropFrames(parts []part) []part {
	isFrame := make([]bool, len(parts))
	for i := range parts {
		outer := parts[i].box
		for j := range parts {
			in := parts[j].box
			if i != j && in.In(outer.Inset(1)) && in.Dy()*3 >= outer.Dy() && parts[i].area*4 < outer.Dx()*outer.Dy() &&
				outer.Dx()*outer.Dy() > in.Dx()*in.Dy()*2 && 2*in.Dy() > in.Dx() {
				isFrame[i] = true
			}
		}
	}
	kept := parts[:0]
	for i, p := range parts {
		if !isFrame[i] {
			kept = append(kept, p)
		}
	}
	return kept
}

// joinNear joins parts of one digit, the nearest first: pieces of a stroke that is broken, and strokes that were drawn
// apart, such as the bar of a 5.
func (f *finder) joinNear(parts []part) []part {
	edges := make([][]image.Point, len(parts))
	for i := range parts {
		edges[i] = f.edge(&parts[i])
	}
	type pair struct {
		a, b int
		gap  float64
	}
	var pairs []pair
	for a := range parts {
		for b := range a {
			if boxGap(parts[a].box, parts[b].box) <= 0.3*f.height {
				pairs = append(pairs, pair{a, b, gap(edges[a], edges[b])})
			}
		}
	}
	slices.SortStableFunc(pairs, func(p, q pair) int { return int(math.Copysign(1, p.gap-q.gap)) })
	owner := make([]int, len(parts))
	for i := range owner {
		owner[i] = i
	}
	for _, p := range pairs {
		a, b := owner[p.a], owner[p.b]
		if a == b || !f.belong(&parts[a], &parts[b], p.gap) {
			continue
		}
		parts[a].add(parts[b])
		for i, o := range owner {
			if o == b {
				owner[i] = a
			}
		}
	}
	var joined []part
	for i, p := range parts {
		if owner[i] == i {
			joined = append(joined, p)
		}
	}
	return joined
}

// belong reports whether two parts are of one digit, gap pixels apart.
func (f *finder) belong(a, b *part, gap float64) bool {
	all := a.box.Union(b.box)
	tall := max(f.height, float64(max(a.box.Dy(), b.box.Dy())))
	if float64(all.Dy()) > 1.3*tall || float64(all.Dx()) > 1.2*tall {
		return false
	}
	lower, higher := float64(min(a.box.Dy(), b.box.Dy()))/tall, float64(max(a.box.Dy(), b.box.Dy()))/tall
	narrow := float64(min(a.box.Dx(), b.box.Dx()))
	overlap := float64(min(a.box.Max.X, b.box.Max.X)-max(a.box.Min.X, b.box.Min.X)) / narrow // below 0: apart
	near := gap / tall
	small := a
	if b.area < a.area {
		small = b
	}
	switch {
	case lower > 0.7 && higher > 0.7: // two digits, unless one lies over the other
		return overlap > 0.8 && near < 0.05
	case overlap > 0.5: // pieces above each other
		return near < 0.25 && (lower > 0.15 || small.box.Dx() > int(0.2*tall) || near < 0.08)
	case lower > 0.5: // side by side, as the two strokes of a 4
		return overlap > 0.2 && near < 0.1
	default: // a small piece beside a large one
		return near < 0.06 || near < 0.15 && overlap > -0.1 && max(small.box.Dx(), small.box.Dy()) > int(0.2*tall)
	}
}

// boxGap returns how far apart two boxes are.
func boxGap(a, b image.Rectangle) float64 {
	dx := max(a.Min.X-b.Max.X, b.Min.X-a.Max.X, 0)
	dy := max(a.Min.Y-b.Max.Y, b.Min.Y-a.Max.Y, 0)
	return math.Sqrt(float64(dx*dx + dy*dy))
}

// gap returns how far apart the nearest two of some points are.
func gap(as, bs []image.Point) float64 {
	best := math.MaxInt32
	for _, a := range as {
		for _, b := range bs {
			d := a.Sub(b)
			best = min(best, d.X*d.X+d.Y*d.Y)
		}
	}
	return max(math.Sqrt(float64(best))-1, 0)
}

// edge returns pixels at the edge of a part, at most a few hundred.
func (f *finder) edge(p *part) []image.Point {
	var points []image.Point
	mine := p.labels[0]
	for y := p.box.Min.Y; y < p.box.Max.Y; y++ {
		for x := p.box.Min.X; x < p.box.Max.X; x++ {
			at := y*f.grey.w + x
			if f.labels[at] == mine && (x == 0 || y == 0 || x == f.grey.w-1 || y == f.grey.h-1 || f.labels[at-1] != mine ||
				f.labels[at+1] != mine || f.labels[at-f.grey.w] != mine || f.labels[at+f.grey.w] != mine) {
				points = append(points, image.Pt(x, y))
			}
		}
	}
	if step := len(points) / 300; step > 1 {
		for i := 0; i*step < len(points); i++ {
			points[i] = points[i*step]
		}
		points = points[:len(points)/step]
	}
	return points
}
