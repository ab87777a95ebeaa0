package picture

import (
	"io"
	"math"
	"slices"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"

	"dnn/internal/picture/axis"
)

// WriteSweepParameters draws the metric of each point against each parameter, a panel for each, three side by side.
// Numbers that span decades are on logarithmic axes; each category is a strip, with a line at its median. Points without
// a metric are crosses beyond the worst. The best point is marked in all panels. The format is "png" or "svg".
//
// The picture is up to 1020 pixels wide.
func WriteSweepParameters(w io.Writer, format string, s Sweep) error {
	if err := s.check(); err != nil {
		return err
	}
	const panelWidth, panelHeight, head = 320, 270, 48
	t := Light()
	columns := min(3, len(s.Axes))
	rows := (len(s.Axes) + columns - 1) / columns
	width, height := max(480, columns*panelWidth)+2*margin, rows*panelHeight+head+2*margin
	each := float64(width-2*margin) / float64(columns)
	panels := make([]*plot.Plot, len(s.Axes))
	for i := range s.Axes {
		panels[i] = s.panel(i, each, t)
	}
	return Drawing{Width: width, Height: height, paper: t.paper, draw: func(paper pen) {
		s.drawHead(paper, float64(width), s.Metric+" against each parameter", t)
		for i, p := range panels {
			x, y := float64(i%columns)*each, float64(i/columns*panelHeight)
			p.Draw(paper.area(margin+x, margin+head+y, each-margin, panelHeight-margin))
		}
	}}.Write(w, format)
}

// panel returns the plot of the metric against a parameter. Both of its axes are from 0 to 1.
func (s Sweep) panel(i int, width float64, t Theme) *plot.Plot {
	parameter := s.Axes[i]
	p := styledPlot(parameter.Key, t)
	p.Title.TextStyle.Font = sans(11)
	p.Title.Text = shortenKey(parameter.Key, p.Title.TextStyle, width-2*margin)
	p.X.Label.Text = ""
	p.X.Tick.Label.Font, p.Y.Tick.Label.Font = sans(9), sans(9)
	p.X.Min, p.X.Max, p.Y.Min, p.Y.Max = -0.04, 1.04, -0.06, 1.06
	if without, _ := s.count(); without > 0 {
		p.Y.Min, p.Y.Max = min(p.Y.Min, s.bad()-0.05), max(p.Y.Max, s.bad()+0.05)
	}
	p.Y.Tick.Marker = plot.ConstantTicks(s.metrics().Ticks(5))
	if n := len(parameter.Categories); n > 0 {
		p.X.Tick.Marker = plot.ConstantTicks(categories(parameter.Categories, p, (width-70)/float64(n)))
	} else {
		p.X.Tick.Marker = plot.ConstantTicks(s.axis(i).Ticks(5))
	}
	p.Add(sweepDots{sweep: s, parameter: i, theme: t})
	return p
}

// categories returns the ticks of categories that have so many pixels each. Where they are narrow, their labels are
// upright, and of very many there is one for some.
func categories(names []string, p *plot.Plot, each float64) []plot.Tick {
	label := &p.X.Tick.Label
	widest := 0.0
	for _, name := range names {
		widest = max(widest, textWidth(*label, name))
	}
	if each >= 40 || each >= widest+4 {
		return categoryTicks(names, *label, each-4)
	}
	const longest, line = 70, 13 // pixels
	label.Rotation = math.Pi / 2
	label.XAlign, label.YAlign = draw.XRight, draw.YCenter
	ticks := categoryTicks(names, *label, longest)
	for k, keep := 0, int(math.Ceil(line/each)); k < len(ticks); k++ {
		if k%keep != 0 {
			ticks[k].Label = ""
		}
	}
	return ticks
}

// sweepDots is the points of a sweep in the panel of a parameter.
type sweepDots struct {
	sweep     Sweep
	parameter int
	theme     Theme
}

// Plot implements plot.Plotter. Dots that would cover each other are drawn once, so that a picture of very many points
// stays small.
func (d sweepDots) Plot(c draw.Canvas, p *plot.Plot) {
	toX, toY := p.Transforms(&c)
	s, t := d.sweep, d.theme
	categories := len(s.Axes[d.parameter].Categories)
	x, y := s.axis(d.parameter), s.metrics()
	at := func(i int) (vg.Point, bool) {
		v := s.Points[i].Values[d.parameter]
		if !axis.Finite(v) {
			return vg.Point{}, false
		}
		where := x.At(v)
		if categories > 0 {
			where += axis.Spread(i) * 0.32 / float64(categories)
		}
		height := s.bad()
		if axis.Finite(s.Points[i].Metric) {
			height = y.At(s.Points[i].Metric)
		}
		return vg.Point{X: toX(where), Y: toY(height)}, true
	}
	dot := draw.GlyphStyle{Color: t.training, Radius: vg.Points(2), Shape: draw.RingGlyph{}}
	if len(s.Points) > 300 {
		dot.Radius = vg.Points(1.25)
	}
	drawn := map[[2]int]bool{}
	for i := range s.Points {
		where, ok := at(i)
		place := [2]int{int(where.X * 2), int(where.Y * 2)}
		if !ok || drawn[place] {
			continue
		}
		drawn[place] = true
		switch p := s.Points[i]; {
		case !axis.Finite(p.Metric):
			cross(&c, where, t.gray, vg.Points(2.5))
		case p.Early:
			c.DrawGlyph(earlyDot(t), where)
		default:
			c.DrawGlyph(dot, where)
		}
	}
	d.drawMedians(c, toX, toY)
	if best := s.best(); best >= 0 {
		if where, ok := at(best); ok {
			diamond(&c, where, t)
		}
	}
}

// drawMedians draws a line at the median of each category that has three points or more which were trained to their end.
func (d sweepDots) drawMedians(c draw.Canvas, toX, toY func(float64) vg.Length) {
	s := d.sweep
	x, y := s.axis(d.parameter), s.metrics()
	line := draw.LineStyle{Color: d.theme.ink, Width: vg.Points(2)}
	for k := range s.Axes[d.parameter].Categories {
		var all []float64
		for _, p := range s.Points {
			if p.Values[d.parameter] == float64(k) && axis.Finite(p.Metric) && !p.Early {
				all = append(all, p.Metric)
			}
		}
		if slices.Sort(all); len(all) < 3 {
			continue
		}
		half := 0.4 / float64(len(s.Axes[d.parameter].Categories))
		middle, height := x.At(float64(k)), toY(y.At(axis.Quantile(all, 0.5)))
		c.StrokeLine2(line, toX(middle-half), height, toX(middle+half), height)
	}
}
