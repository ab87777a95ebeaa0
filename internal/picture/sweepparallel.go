package picture

import (
	"image/color"
	"io"
	"slices"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"

	"dnn/internal/picture/axis"
)

// Sizes of parallel coordinates, in pixels.
const (
	parallelTop, parallelHeight = 114, 400 // of the axes
	parallelMark                = 28       // above or below the last one, for points without a metric
	parallelLeft, parallelRight = 70, 90   // beside them
)

// WriteSweepParallel draws the points of a sweep in parallel coordinates (Inselberg, The Visual Computer 1, 1985): an
// axis for each parameter, the last one for the metric, and each point as a line through its values, the darker the
// more points are worse. The best is drawn in another color. Lines of points that were stopped early are dashed; those of
// points without a metric are gray and end at a mark beyond the worst. The format is "png" or "svg".
//
// The picture is 546 to 574 pixels high, and as wide as the axes need.
func WriteSweepParallel(w io.Writer, format string, s Sweep) error {
	if err := s.check(); err != nil {
		return err
	}
	t := Light()
	apart := min(240, max(110, 800/len(s.Axes)))
	axes := parallelLeft + apart*len(s.Axes) + parallelRight
	width, height := max(axes, 560), parallelTop+parallelHeight+2*margin
	g := parallel{sweep: s, theme: t, apart: float64(apart), left: parallelLeft + float64(width-axes)/2, top: parallelTop}
	if without, _ := s.count(); without > 0 {
		height += parallelMark
		if !s.Maximize {
			g.top += parallelMark
		}
	}
	return Drawing{Width: width, Height: height, paper: t.paper, draw: func(paper pen) {
		g.pen = paper
		s.drawHead(paper, float64(width), "Parameters and "+s.Metric, t)
		g.drawLines()
		for i := range s.Axes {
			g.drawAxis(i)
		}
		g.drawAxis(len(s.Axes))
	}}.Write(w, format)
}

// parallel is parallel coordinates on a canvas.
type parallel struct {
	pen
	sweep            Sweep
	theme            Theme
	left, top, apart float64 // of the axes, in pixels
}

// x returns where an axis is; that of the metric is after those of the parameters.
func (g parallel) x(i int) float64 { return g.left + float64(i)*g.apart }

// y returns where a fraction of an axis is.
func (g parallel) y(at float64) float64 { return g.top + (1-at)*parallelHeight }

// drawLines draws the lines of all points: those without a metric first, then from the worst to the best.
func (g parallel) drawLines() {
	s := g.sweep
	metric := s.metrics()
	scales := make([]axis.Scale, len(s.Axes))
	for i := range scales {
		scales[i] = s.axis(i)
	}
	good := func(i int) float64 { // from 0, the worst, to 1; below 0: no metric
		switch v := s.Points[i].Metric; {
		case !axis.Finite(v):
			return -1
		case s.Maximize:
			return metric.At(v)
		default:
			return 1 - metric.At(v)
		}
	}
	order := make([]int, len(s.Points))
	for i := range order {
		order[i] = i
	}
	slices.SortStableFunc(order, func(a, b int) int {
		switch x, y := good(a), good(b); {
		case x < y:
			return -1
		case x > y:
			return 1
		}
		return b - a // the first of the best is drawn last
	})
	shades := ramp{rgb(0xdfe6ec), rgb(0x8cb8d8), rgb(0x00456f)}
	without, _ := s.count()
	worse := -without // how many points with a metric were drawn
	width := vg.Points(1.25)
	if len(s.Points) > 300 {
		width = vg.Points(0.6)
	}
	for _, i := range order {
		// By rank, so that one bad point does not make all others alike; only the best third is dark.
		rank := max(0, float64(worse)) / float64(len(order)-without)
		worse++
		style := draw.LineStyle{Width: width, Color: shades.at(float64(rank * rank))}
		end := s.bad()
		if axis.Finite(s.Points[i].Metric) {
			end = metric.At(s.Points[i].Metric)
		} else {
			style.Color = rgb(0xd0d0d0)
		}
		if s.Points[i].Early {
			style.Dashes = []vg.Length{5, 3}
		}
		if i == s.best() {
			style = draw.LineStyle{Width: vg.Points(2.5), Color: g.theme.validation}
		}
		g.drawLine(i, scales, end, style)
	}
}

// drawLine draws the line of a point. It is broken where the point has no value.
func (g parallel) drawLine(i int, scales []axis.Scale, end float64, style draw.LineStyle) {
	var points []vg.Point
	for k, v := range g.sweep.Points[i].Values {
		if !axis.Finite(v) {
			g.StrokeLines(style, points)
			points = nil
			continue
		}
		where := scales[k].At(v)
		if n := len(g.sweep.Axes[k].Categories); n > 0 {
			where += axis.Spread(i) * 0.2 / float64(n)
		}
		points = append(points, g.point(g.x(k), g.y(where)))
	}
	last := g.point(g.x(len(scales)), g.y(end))
	g.StrokeLines(style, append(points, last))
	switch p := g.sweep.Points[i]; {
	case !axis.Finite(p.Metric):
		cross(&g.Canvas, last, g.theme.gray, vg.Points(3))
	case p.Early:
		g.DrawGlyph(earlyDot(g.theme), last)
	}
	if i == g.sweep.best() {
		diamond(&g.Canvas, last, g.theme)
	}
}

// drawAxis draws an axis over the lines. Names take turns in two rows, so that each has twice the room.
func (g parallel) drawAxis(i int) {
	s, t, x := g.sweep, g.theme, g.x(i)
	var ticks []plot.Tick
	name, room := s.Metric, g.apart-14
	style := textStyle(9, t.ink, draw.XRight, draw.YCenter)
	width, ink := vg.Points(1), t.ink
	switch {
	case i == len(s.Axes):
		ticks, width, style.XAlign = s.metrics().Ticks(6), vg.Points(2), draw.XLeft
	case len(s.Axes[i].Categories) > 0:
		name, ticks = s.Axes[i].Key, categoryTicks(s.Axes[i].Categories, style, room)
		for k, keep := 0, 1+len(ticks)*13/parallelHeight; k < len(ticks); k++ {
			if k%keep != 0 {
				ticks[k].Label = ""
			}
		}
	default:
		name, ticks = s.Axes[i].Key, s.axis(i).Ticks(6)
	}
	if i == 0 {
		for k := range ticks {
			ticks[k].Label = shorten(ticks[k].Label, style, g.left-14)
		}
	}
	g.StrokeLines(draw.LineStyle{Color: ink, Width: width}, []vg.Point{g.point(x, g.y(0)), g.point(x, g.y(1))})
	side := -1.0
	if style.XAlign == draw.XLeft {
		side = 1
	}
	for _, tick := range ticks {
		y := g.y(tick.Value)
		length := 4.0
		if tick.Label == "" {
			length = 2
		}
		g.StrokeLines(draw.LineStyle{Color: ink, Width: vg.Points(0.75)}, []vg.Point{g.point(x, y), g.point(x+side*length, y)})
		g.drawLabel(x+side*7, y, style, tick.Label)
	}
	above := g.top - 12
	if without, _ := s.count(); without > 0 && !s.Maximize { // there is a mark above the last axis
		above -= parallelMark
	}
	if i%2 == 1 {
		above -= 18
	}
	head := textStyle(10, t.ink, draw.XCenter, draw.YBottom)
	if i == 0 {
		head.XAlign, x = draw.XLeft, max(margin, x-textWidth(head, name)/2)
	}
	if i == len(s.Axes) {
		head.XAlign, x = draw.XRight, min(x+parallelRight-8, x+textWidth(head, name)/2)
	}
	g.text(x, above, head, shortenKey(name, head, 2*g.apart-12))
}

// drawLabel draws the label of a tick on a paper that lets lines below it shine through.
func (g parallel) drawLabel(x, y float64, style draw.TextStyle, label string) {
	if label == "" {
		return
	}
	width := textWidth(style, label)
	left := x
	if style.XAlign == draw.XRight {
		left -= width
	}
	paper := g.theme.paper
	g.rect(left-2, y-6.5, width+4, 13, color.NRGBA{R: paper.R, G: paper.G, B: paper.B, A: 0xc8})
	g.text(x, y, style, label)
}
