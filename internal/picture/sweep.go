package picture

import (
	"fmt"
	"image/color"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"

	"dnn/internal/fault"
	"dnn/internal/picture/axis"
)

// Sweep is what the points of a sweep have given, as numbers that can be drawn.
type Sweep struct {
	Metric   string // what is drawn, such as val_loss
	Maximize bool   // whether the greatest metric is the best
	Axes     []SweepAxis
	Points   []SweepPoint
}

// SweepAxis is a parameter of a sweep.
type SweepAxis struct {
	Key        string
	Categories []string // of values that are no numbers, in their order; nil: numbers
}

// SweepPoint is one run of a sweep.
type SweepPoint struct {
	Values []float64 // for each axis the number, or the index of the category; NaN: it has none
	Metric float64   // NaN or infinite: the run has none, such as one that diverged
	Early  bool      // the metric is of an early epoch, at which the run was stopped
}

// check returns an error if there is nothing to draw.
func (s Sweep) check() error {
	switch {
	case len(s.Axes) == 0:
		return fault.New(fault.Data, "picture", "wanted a sweep with a parameter, found none")
	case len(s.Points) == 0:
		return fault.New(fault.Data, "picture", "wanted the results of a sweep, found none")
	}
	return nil
}

// bad returns the fraction of the metric's axis at which points without a metric are drawn: beyond the worst.
func (s Sweep) bad() float64 {
	if s.Maximize {
		return -0.07
	}
	return 1.07
}

// best returns the index of the point that has the best metric at its end, the first of several; -1: none has.
func (s Sweep) best() int {
	best := -1
	for i, p := range s.Points {
		if axis.Finite(p.Metric) && !p.Early && (best < 0 || p.Metric != s.Points[best].Metric &&
			(p.Metric > s.Points[best].Metric) == s.Maximize) {
			best = i
		}
	}
	return best
}

// count returns how many points have no metric, and how many have one of an early epoch.
func (s Sweep) count() (without, early int) {
	for _, p := range s.Points {
		switch {
		case !axis.Finite(p.Metric):
			without++
		case p.Early:
			early++
		}
	}
	return without, early
}

// metrics returns the scale of the metric.
func (s Sweep) metrics() axis.Scale {
	all := make([]float64, len(s.Points))
	for i, p := range s.Points {
		all[i] = p.Metric
	}
	return axis.NewScale(all)
}

// axis returns the scale of a parameter. That of categories has a place for each.
func (s Sweep) axis(i int) axis.Scale {
	if n := len(s.Axes[i].Categories); n > 0 {
		return axis.Scale{Low: -0.5, High: float64(n) - 0.5}
	}
	all := make([]float64, len(s.Points))
	for k, p := range s.Points {
		all[k] = p.Values[i]
	}
	return axis.NewScale(all)
}

// categoryTicks returns a tick for each category, at its place from 0 to 1. Labels are shortened to a width in pixels.
func categoryTicks(names []string, style draw.TextStyle, width float64) []plot.Tick {
	ticks := make([]plot.Tick, len(names))
	for i, name := range names {
		ticks[i] = plot.Tick{Value: (float64(i) + 0.5) / float64(len(names)), Label: shorten(name, style, width)}
	}
	return ticks
}

// shortenKey returns a dotted key, or as much of its end as fits the width in pixels: the end says what it is.
func shortenKey(key string, style draw.TextStyle, width float64) string {
	if textWidth(style, key) <= width {
		return key
	}
	runes := []rune(key)
	for i := 1; i < len(runes); i++ {
		if short := "…" + string(runes[i:]); textWidth(style, short) <= width {
			return short
		}
	}
	return "…"
}

// cross draws a small x, for what has no number.
func cross(c *draw.Canvas, at vg.Point, col color.Color, radius vg.Length) {
	style := draw.LineStyle{Color: col, Width: vg.Points(1)}
	c.StrokeLine2(style, at.X-radius, at.Y-radius, at.X+radius, at.Y+radius)
	c.StrokeLine2(style, at.X-radius, at.Y+radius, at.X+radius, at.Y-radius)
}

// diamond marks the best point, with a rim that sets it off from what is below.
func diamond(c *draw.Canvas, at vg.Point, t Theme) {
	for _, d := range []struct {
		radius vg.Length
		fill   bool
	}{{vg.Points(6), false}, {vg.Points(4.5), true}} {
		c.SetColor(t.paper)
		if d.fill {
			c.SetColor(t.validation)
		}
		var path vg.Path
		path.Move(vg.Point{X: at.X, Y: at.Y - d.radius})
		path.Line(vg.Point{X: at.X + d.radius, Y: at.Y})
		path.Line(vg.Point{X: at.X, Y: at.Y + d.radius})
		path.Line(vg.Point{X: at.X - d.radius, Y: at.Y})
		path.Close()
		c.Fill(path)
	}
}

// drawHead draws the title of a picture, and below it what its marks mean.
func (s Sweep) drawHead(paper pen, width float64, title string, t Theme) {
	const gap, mark = 24, 14 // pixels
	paper.text(width/2, margin, textStyle(14, t.ink, draw.XCenter, draw.YTop), title)
	type entry struct {
		draw func(at vg.Point)
		text string
	}
	var entries []entry
	if i := s.best(); i >= 0 {
		entries = append(entries, entry{func(at vg.Point) { diamond(&paper.Canvas, at, t) },
			fmt.Sprintf("the best, %.4g", s.Points[i].Metric)})
	}
	without, early := s.count()
	if early > 0 {
		entries = append(entries, entry{func(at vg.Point) { paper.DrawGlyph(earlyDot(t), at) },
			fmt.Sprintf("%d of %d points were stopped early", early, len(s.Points))})
	}
	if without > 0 {
		entries = append(entries, entry{func(at vg.Point) { cross(&paper.Canvas, at, t.gray, vg.Points(3)) },
			fmt.Sprintf("%d of %d points have no %s", without, len(s.Points), s.Metric)})
	}
	style := textStyle(10, t.gray, draw.XLeft, draw.YCenter)
	x, y := (width+gap)/2, margin+30.0
	for _, e := range entries {
		x -= (mark + textWidth(style, e.text) + gap) / 2
	}
	for _, e := range entries {
		e.draw(paper.point(x+4, y))
		paper.text(x+mark, y, style, e.text)
		x += mark + textWidth(style, e.text) + gap
	}
}

// earlyDot is the mark of a point that was stopped early.
func earlyDot(t Theme) draw.GlyphStyle {
	return draw.GlyphStyle{Color: t.gray, Radius: vg.Points(3), Shape: draw.PlusGlyph{}}
}
