package photo

import "image"

// part is connected ink.
type part struct {
	labels []int32 // of the components that it consists of
	box    image.Rectangle
	area   int     // pixels over the low level
	peak   float32 // the most ink at a pixel
	ink    *plane  // of a piece that was cut out, with a margin; nil: that of its labels
	cut    bool
}

// components returns the connected parts of the ink that is over the low level, of 8 neighbors each, and the label of
// each pixel: 0 for paper, else the index of its part plus 1. Parts without a pixel over the high level are left out.
func components(ink *plane, l levels) (labels []int32, parts []part) {
	labels = make([]int32, len(ink.pix))
	parent := []int32{0}
	root := func(a int32) int32 {
		for parent[a] != a {
			parent[a] = parent[parent[a]]
			a = parent[a]
		}
		return a
	}
	for y := range ink.h {
		for x, v := range ink.row(y) {
			if v < l.low {
				continue
			}
			i := y*ink.w + x
			mine := int32(0)
			join := func(other int32) {
				switch {
				case other == 0:
				case mine == 0:
					mine = root(other)
				default:
					a, b := root(mine), root(other)
					parent[max(a, b)] = min(a, b)
					mine = min(a, b)
				}
			}
			if x > 0 {
				join(labels[i-1])
			}
			for dx := -1; dx <= 1 && y > 0; dx++ {
				if x+dx >= 0 && x+dx < ink.w {
					join(labels[i-ink.w+dx])
				}
			}
			if mine == 0 {
				mine = int32(len(parent))
				parent = append(parent, mine)
			}
			labels[i] = mine
		}
	}
	return labels, measure(ink, l, labels, root, len(parent))
}

// measure gives the labels their final numbers and returns the parts.
func measure(ink *plane, l levels, labels []int32, root func(int32) int32, count int) (parts []part) {
	all := make([]part, count)
	for i, label := range labels {
		if label == 0 {
			continue
		}
		x, y := i%ink.w, i/ink.w
		p := &all[root(label)]
		p.box = p.box.Union(image.Rect(x, y, x+1, y+1))
		p.area++
		p.peak = max(p.peak, ink.pix[i])
	}
	number := make([]int32, count)
	for i, p := range all {
		if p.area > 0 && p.peak >= l.high {
			parts = append(parts, p)
			number[i] = int32(len(parts))
			parts[len(parts)-1].labels = []int32{number[i]}
		}
	}
	for i, label := range labels {
		if label > 0 {
			labels[i] = number[root(label)]
		}
	}
	return parts
}

// glyph returns the ink of some parts alone, with a margin of a pixel, which belongs to the soft edge of their strokes,
// so that full ink is 1: the level that a quarter of the pixels exceed.
func (f *finder) glyph(p *part) *plane {
	if p.ink != nil {
		return p.ink
	}
	b := p.box.Inset(-2)
	out := newPlane(b.Dx(), b.Dy())
	mine := make([]bool, f.labelLimit+1)
	for _, label := range p.labels {
		mine[label] = true
	}
	is := func(x, y int) bool { return image.Pt(x, y).In(f.bounds()) && mine[f.labels[y*f.ink.w+x]] }
	var inside []float32
	for y := p.box.Min.Y; y < p.box.Max.Y; y++ {
		for x := p.box.Min.X; x < p.box.Max.X; x++ {
			if v := f.ink.pix[y*f.ink.w+x]; mine[f.labels[y*f.ink.w+x]] && v >= f.levels.low {
				inside = append(inside, v)
			}
		}
	}
	full := max(quantile(inside, 0.75), 1e-3)
	for y := range out.h {
		for x := range out.w {
			gx, gy := x+b.Min.X, y+b.Min.Y
			if !image.Pt(gx, gy).In(f.bounds()) {
				continue
			}
			if is(gx, gy) || f.labels[gy*f.ink.w+gx] == 0 && f.beside(is, gx, gy) {
				out.pix[y*out.w+x] = min(max(f.ink.pix[gy*f.ink.w+gx]/full, 0), 1)
			}
		}
	}
	return out
}

// beside reports whether a pixel has one of 8 neighbors for which is holds.
func (f *finder) beside(is func(x, y int) bool, x, y int) bool {
	for dy := -1; dy <= 1; dy++ {
		for dx := -1; dx <= 1; dx++ {
			if is(x+dx, y+dy) {
				return true
			}
		}
	}
	return false
}
