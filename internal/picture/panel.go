package picture

import (
	"fmt"
	"image/color"
	"math"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/plotter"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"

	"dnn/internal/history"
)

// maxMarked is the most epochs that each have a mark. More marks would hide the curve.
const maxMarked = 25

// labelHeight is the room above the frame of a panel for the label of a vertical line.
const labelHeight = vg.Length(14)

// panel is a plot of one metric of the history, and its legend.
type panel struct {
	*plot.Plot
	legend []legendEntry
}

// curve is one series of values of a history, and how it looks. Dashes and the shape of the marks repeat what the color
// says.
type curve struct {
	name   string
	color  color.Color
	dashes []vg.Length
	mark   draw.GlyphDrawer // nil: none
	value  func(history.Epoch) float64
	needs  func(history.Epoch) bool // whether an epoch has the value; nil: all have
}

// training returns the curve of a metric of training.
func training(t Theme, value func(history.Epoch) float64) curve {
	return curve{name: "training", color: t.training, mark: draw.CircleGlyph{}, value: value}
}

// validation returns the curve of a metric of validation.
func validation(t Theme, value func(history.Epoch) float64) curve {
	return curve{
		name: "validation", color: t.validation, dashes: []vg.Length{6, 3}, mark: draw.BoxGlyph{}, value: value,
		needs: func(e history.Epoch) bool { return e.Validated },
	}
}

// legendEntry explains one curve.
type legendEntry struct {
	name  string
	looks []plot.Thumbnailer
}

// newPanel returns a panel of curves over the epochs. If there are several epochs, a line marks the best.
func newPanel(title string, history history.Epochs, t Theme, curves ...curve) (*panel, error) {
	p := &panel{Plot: styledPlot(title, t)}
	if best, ok := history.Best(); ok && len(history) > 1 {
		metric := "loss"
		if best.Validated {
			metric = "val_loss"
		}
		p.addLine(float64(best.Epoch), fmt.Sprintf("best epoch (%s): %d", metric, best.Epoch), t)
	}
	for _, c := range curves {
		var points plotter.XYs
		for _, e := range history {
			if c.needs == nil || c.needs(e) {
				points = append(points, plotter.XY{X: float64(e.Epoch), Y: c.value(e)})
			}
		}
		marked := len(history) <= maxMarked
		if !marked {
			c.dashes = nil // a curve with many corners is hard to follow in dashes
		}
		if err := p.add(c, points, marked); err != nil {
			return nil, err
		}
	}
	p.X.Min, p.X.Max = float64(history[0].Epoch), float64(history[len(history)-1].Epoch)
	if p.X.Min == p.X.Max {
		p.X.Min, p.X.Max = p.X.Min-0.5, p.X.Max+0.5
	}
	return p, nil
}

// addLine adds a vertical line with a label at x.
func (p *panel) addLine(x float64, label string, t Theme) {
	p.Title.Padding += labelHeight
	p.Add(verticalLine{x: x, label: label, color: t.gray})
}

// add draws a curve through the finite points, and adds it to the legend unless there are no points.
func (p *panel) add(c curve, points plotter.XYs, marked bool) error {
	if len(points) == 0 {
		return nil
	}
	lineStyle := draw.LineStyle{Color: c.color, Width: vg.Points(1.75), Dashes: c.dashes}
	markStyle := draw.GlyphStyle{Color: c.color, Radius: vg.Points(3), Shape: c.mark}
	if c.mark == nil {
		markStyle.Shape = draw.CircleGlyph{}
		markStyle.Radius = vg.Points(2)
	}
	looks := []plot.Thumbnailer{&plotter.Line{LineStyle: lineStyle}}
	if marked {
		looks = append(looks, &plotter.Scatter{GlyphStyle: markStyle})
	}
	p.legend = append(p.legend, legendEntry{c.name, looks})
	for _, stretch := range finiteStretches(points) {
		line, marks, err := plotter.NewLinePoints(stretch)
		if err != nil {
			return err
		}
		line.LineStyle, marks.GlyphStyle = lineStyle, markStyle
		p.Add(line)
		if marked || len(stretch) == 1 { // a single point has no line
			p.Add(marks)
		}
	}
	return nil
}

// alignTops aligns the upper edges of two panels that are drawn side by side. The labels of its axis may need room
// above one of them; the other then leaves as much.
func alignTops(p, q *panel, atP, atQ draw.Canvas) {
	for range 3 { // several times, since the room depends on the height that is left
		if higher := p.DataCanvas(atP).Max.Y - q.DataCanvas(atQ).Max.Y; higher > 0 {
			p.Title.Padding += higher
		} else {
			q.Title.Padding -= higher
		}
	}
}

// drawLegend draws the entries of the legend side by side, in the middle of the upper edge of area.
func (p *panel) drawLegend(area draw.Canvas, t Theme) {
	const gap = vg.Length(18)
	legends := make([]plot.Legend, len(p.legend))
	total := gap * vg.Length(len(p.legend)-1)
	for i, e := range p.legend {
		l := plot.NewLegend()
		l.Add(e.name, e.looks...)
		l.Top, l.Left = true, true
		l.TextStyle.Font, l.TextStyle.Color = sans(11), t.ink
		l.ThumbnailWidth = vg.Points(34)
		l.Padding = vg.Points(4)
		legends[i] = l
		total += l.Rectangle(area).Size().X
	}
	area.Min.X = area.Center().X - total/2
	for _, l := range legends {
		l.Draw(area)
		area.Min.X += l.Rectangle(area).Size().X + gap
	}
}

// verticalLine is a thin line at x over the full height of a plot. Its label is above the frame, where no curve can
// reach.
type verticalLine struct {
	x     float64
	label string
	color color.Color
}

// Plot implements plot.Plotter.
func (m verticalLine) Plot(c draw.Canvas, p *plot.Plot) {
	toX, _ := p.Transforms(&c)
	x := toX(m.x)
	c.StrokeLine2(draw.LineStyle{Color: m.color, Width: vg.Points(0.75)}, x, c.Min.Y, x, c.Max.Y)
	style := textStyle(10, m.color, draw.XCenter, draw.YBottom)
	half := style.Width(m.label) / 2
	c.FillText(style, vg.Point{X: max(c.Min.X+half, min(c.Max.X-half, x)), Y: c.Max.Y + vg.Points(3)}, m.label)
}

// finiteStretches returns the longest runs of points without NaN and infinities.
func finiteStretches(points plotter.XYs) []plotter.XYs {
	var stretches []plotter.XYs
	start := 0
	for i := 0; i <= len(points); i++ {
		if i < len(points) && !math.IsNaN(points[i].Y) && !math.IsInf(points[i].Y, 0) {
			continue
		}
		if i > start {
			stretches = append(stretches, points[start:i])
		}
		start = i + 1
	}
	return stretches
}
