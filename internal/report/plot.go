package report

import (
	"errors"
	"image/color"
	"io"
	"math"
	"strings"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/plotter"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
	"gonum.org/v1/plot/vg/vgimg"
	"gonum.org/v1/plot/vg/vgsvg"

	"dnn/internal/fault"
	"dnn/internal/train"
)

// The picture is 1200 x 500 pixels at 96 dots an inch.
const (
	pictureDPI    = 96
	pictureWidth  = vg.Length(1200) / pictureDPI * vg.Inch
	pictureHeight = vg.Length(500) / pictureDPI * vg.Inch
	pictureMargin = vg.Length(12)
)

// maxMarked is the number of epochs up to which each has a mark; beyond, marks would hide the curve.
const maxMarked = 25

// WritePlot draws the curves of a run: loss on the left and accuracy on the right over the epochs, of training and, where
// an epoch has it, of validation. The format is "png" or "svg". The same history gives the same bytes. Values that are
// NaN or infinite leave a gap. A history without epochs is an error.
func WritePlot(w io.Writer, format string, history train.History) error {
	if len(history) == 0 {
		return errors.New("no epoch to plot")
	}
	var canvas vg.CanvasWriterTo
	switch strings.ToLower(format) {
	case "png":
		canvas = vgimg.PngCanvas{Canvas: vgimg.NewWith(vgimg.UseWH(pictureWidth, pictureHeight), vgimg.UseDPI(pictureDPI))}
	case "svg":
		canvas = vgsvg.New(pictureWidth, pictureHeight)
	default:
		return fault.New(fault.Usage, "plot", "curves are written as png or svg, not as %q", format)
	}
	loss, err := newPanel("Loss", history, func(e train.Epoch) (float64, float64) { return e.Loss, e.ValLoss })
	if err != nil {
		return err
	}
	loss.Y.Min, loss.Y.Max = lossRange(loss.Y.Min, loss.Y.Max)
	accuracy, err := newPanel("Accuracy", history, func(e train.Epoch) (float64, float64) { return e.Accuracy, e.ValAccuracy })
	if err != nil {
		return err
	}
	accuracy.Y.Min, accuracy.Y.Max = accuracyRange(accuracy.Y.Min, accuracy.Y.Max)
	area := draw.New(canvas)
	area.SetColor(color.White)
	area.Fill(area.Rectangle.Path())
	middle := area.Center().X
	area = draw.Crop(area, pictureMargin, -pictureMargin, pictureMargin, -pictureMargin)
	left, right := area, area
	left.Max.X = middle - pictureMargin
	right.Min.X = middle + pictureMargin
	loss.Draw(left)
	accuracy.Draw(right)
	drawLegend(area, loss.legend)
	_, err = canvas.WriteTo(w)
	return err
}

// panel is a plot of one figure of the history.
type panel struct {
	*plot.Plot
	legend []legendEntry
}

// curve is how a series of values looks. Blue and vermilion are of Okabe and Ito's palette, which all kinds of color vision
// tell apart; dashes and the shape of the marks say the same once more.
type curve struct {
	name   string
	color  color.Color
	dashes []vg.Length
	mark   draw.GlyphDrawer
}

// legendEntry explains one curve.
type legendEntry struct {
	name  string
	looks []plot.Thumbnailer
}

// newPanel returns a panel of one figure, whose values of training and validation value returns.
func newPanel(title string, history train.History, value func(train.Epoch) (training, validation float64)) (*panel, error) {
	p := &panel{Plot: styledPlot(title)}
	var training, validation plotter.XYs
	for _, e := range history {
		t, v := value(e)
		training = append(training, plotter.XY{X: float64(e.Epoch), Y: t})
		if e.Validated {
			validation = append(validation, plotter.XY{X: float64(e.Epoch), Y: v})
		}
	}
	solid := curve{"training", color.RGBA{R: 0x00, G: 0x72, B: 0xb2, A: 0xff}, nil, draw.CircleGlyph{}}
	dashed := curve{"validation", color.RGBA{R: 0xd5, G: 0x5e, B: 0x00, A: 0xff}, []vg.Length{6, 3}, draw.BoxGlyph{}}
	marked := len(history) <= maxMarked
	if !marked {
		dashed.dashes = nil // a curve with many corners is hard to follow in dashes
	}
	if err := p.add(solid, training, marked); err != nil {
		return nil, err
	}
	if err := p.add(dashed, validation, marked); err != nil {
		return nil, err
	}
	p.X.Min, p.X.Max = float64(history[0].Epoch), float64(history[len(history)-1].Epoch)
	if p.X.Min == p.X.Max {
		p.X.Min, p.X.Max = p.X.Min-0.5, p.X.Max+0.5
	}
	return p, nil
}

// add draws a curve through the points whose values are finite, and puts it into the legend if there are points at all.
func (p *panel) add(c curve, points plotter.XYs, marked bool) error {
	if len(points) == 0 {
		return nil
	}
	lineStyle := draw.LineStyle{Color: c.color, Width: vg.Points(1.75), Dashes: c.dashes}
	markStyle := draw.GlyphStyle{Color: c.color, Radius: vg.Points(3), Shape: c.mark}
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

// drawLegend draws the entries side by side in the middle of the upper edge of area, between the titles of the panels,
// where no curve can run under it.
func drawLegend(area draw.Canvas, entries []legendEntry) {
	const gap = vg.Length(18)
	legends := make([]plot.Legend, len(entries))
	total := gap * vg.Length(len(entries)-1)
	for i, e := range entries {
		l := plot.NewLegend()
		l.Add(e.name, e.looks...)
		l.Top, l.Left = true, true
		l.TextStyle.Font, l.TextStyle.Color = sans(11), color.Gray{Y: ink}
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
