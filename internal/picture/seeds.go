package picture

import (
	"image/color"
	"io"
	"math"
	"slices"
	"strconv"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"

	"dnn/internal/fault"
	"dnn/internal/picture/axis"
	"dnn/internal/report"
	"dnn/internal/statistics"
)

// WriteSeeds draws the test accuracy and the test loss of each of several seeds as points; beside them a box from the
// first to the third quartile, with a line at the median and whiskers to the least and the greatest, and the mean with
// its confidence interval. The format is "png" or "svg". Fewer than two seeds are an error.
//
// The picture is 900 pixels wide and 500 high.
func WriteSeeds(w io.Writer, format string, s report.Seeds) error {
	const width, height = 900, 500
	if len(s.List) < 2 {
		return fault.New(fault.Data, "picture", "wanted two seeds or more, found %d", len(s.List))
	}
	t := Light()
	panels := []*panel{
		stripPanel("Test accuracy", s.List, s.Of("test_accuracy"), "test_accuracy", t.training, t),
		stripPanel("Test loss", s.List, s.Of("test_loss"), "test_loss", t.validation, t),
	}
	return Drawing{Width: width, Height: height, paper: t.paper, draw: func(paper pen) {
		const half = width/2 - 2*margin
		for i, p := range panels {
			p.Draw(paper.area(margin+float64(i)*width/2, margin, half, height-2*margin))
		}
	}}.Write(w, format)
}

// strip is the points of one metric, and what sums them up.
type strip struct {
	values []float64 // sorted, without NaN and infinities
	mean   statistics.Interval
	color  color.RGBA
	theme  Theme
}

// stripPanel returns the panel of a metric.
func stripPanel(title string, seeds []report.Seed, mean statistics.Interval, metric string, c color.RGBA, t Theme) *panel {
	p := &panel{Plot: styledPlot(title, t)}
	p.X.Label.Text = strconv.Itoa(len(seeds)) + " seeds: mean " + report.PlusMinus(mean.Mean, mean.Half) + " (95 %)"
	p.X.Min, p.X.Max = 0, 1
	p.X.Tick.Marker = plot.ConstantTicks{
		{Value: stripX, Label: "each seed"}, {Value: boxX, Label: "quartiles"}, {Value: meanX, Label: "mean"},
	}
	s := strip{mean: mean, color: c, theme: t}
	for _, one := range seeds {
		if v := one.Metric(metric); axis.Finite(v) {
			s.values = append(s.values, v)
		}
	}
	slices.Sort(s.values)
	p.Y.Min, p.Y.Max = 0, 1
	if len(s.values) > 0 {
		low, high := s.values[0], s.values[len(s.values)-1]
		if mean.Half < math.Inf(1) { // and not NaN
			low, high = min(low, mean.Mean-mean.Half), max(high, mean.Mean+mean.Half)
		}
		room := max(high-low, 1e-6) * 0.08
		p.Y.Min, p.Y.Max = low-room, high+room
	}
	p.Add(s)
	return p
}

// Where the parts of a strip are, on an axis from 0 to 1.
const (
	stripX, boxX, meanX = 0.28, 0.62, 0.84
	stripHalf, boxHalf  = 0.16, 0.07
)

// Plot implements plot.Plotter. Points of nearly the same value stand side by side.
func (s strip) Plot(c draw.Canvas, p *plot.Plot) {
	if len(s.values) == 0 {
		return
	}
	toX, toY := p.Transforms(&c)
	line := draw.LineStyle{Color: s.color, Width: vg.Points(1.5)}
	at := func(x, y float64) vg.Point { return vg.Point{X: toX(x), Y: toY(y)} }
	glyph := draw.GlyphStyle{Color: s.color, Radius: vg.Points(2.5), Shape: draw.RingGlyph{}}
	for i, v := range s.values {
		c.DrawGlyph(glyph, at(stripX+axis.Spread(i)*stripHalf, v))
	}
	low, high := s.values[0], s.values[len(s.values)-1]
	q1, median, q3 := axis.Quantile(s.values, 0.25), axis.Quantile(s.values, 0.5), axis.Quantile(s.values, 0.75)
	c.StrokeLines(line, []vg.Point{
		at(boxX-boxHalf, q1), at(boxX+boxHalf, q1), at(boxX+boxHalf, q3), at(boxX-boxHalf, q3), at(boxX-boxHalf, q1),
	})
	thick := line
	thick.Width = vg.Points(3)
	c.StrokeLines(thick, []vg.Point{at(boxX-boxHalf, median), at(boxX+boxHalf, median)})
	c.StrokeLines(line, []vg.Point{at(boxX, low), at(boxX, q1)})
	c.StrokeLines(line, []vg.Point{at(boxX, q3), at(boxX, high)})
	if !(s.mean.Half < math.Inf(1)) { // some value is NaN
		return
	}
	ink := draw.LineStyle{Color: s.theme.ink, Width: vg.Points(1.5)}
	for _, end := range []float64{s.mean.Mean - s.mean.Half, s.mean.Mean + s.mean.Half} {
		c.StrokeLines(ink, []vg.Point{at(meanX-boxHalf/2, end), at(meanX+boxHalf/2, end)})
		c.StrokeLines(ink, []vg.Point{at(meanX, s.mean.Mean), at(meanX, end)})
	}
	c.DrawGlyph(draw.GlyphStyle{Color: s.theme.ink, Radius: vg.Points(3), Shape: draw.CircleGlyph{}}, at(meanX, s.mean.Mean))
}
