package main

import (
	"bytes"
	"cmp"
	"image/color"
	"slices"
	"strings"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/font"
	"gonum.org/v1/plot/plotter"
	"gonum.org/v1/plot/text"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
	"gonum.org/v1/plot/vg/vgimg"

	"dnn/scripts/bench/marks"
	"dnn/scripts/bench/paired"
)

// panel is a part of the chart, about one metric of one experiment.
type panel struct {
	experiment, metric string
	title              string
}

// panels returns the panels of the chart at the top of the page.
func panels() []panel {
	return []panel{
		{"epoch", "epoch", "One epoch of MNIST with validation, seconds"},
		{"process/train", "time", "Whole process, seconds"},
		{"process/train", "peak memory", "Its peak memory, MiB"},
	}
}

// marksPanels returns the panels of the chart of the times to an accuracy.
func marksPanels(results []*paired.Result) []panel {
	var all []panel
	for _, r := range marks.Of(results) {
		all = append(all, panel{r.Name, marks.Time, "Seconds until " + r.Title + " are right"})
	}
	return all
}

// bar is a contender in a panel.
type bar struct {
	name  string
	value float64
}

// The chart's measures, in points (1/72 inch).
const (
	chartDPI    = 144
	chartWidth  = vg.Length(640)
	barPitch    = vg.Length(24) // from one bar to the next
	barWidth    = vg.Length(15)
	titleHeight = vg.Length(25) // including the room below
	panelGap    = vg.Length(18)
	chartMargin = vg.Length(14)
)

// ink returns the color of all text.
func ink() color.Color { return color.Gray{Y: 0x33} }

// barColor returns blue of Okabe and Ito's palette for dnn, and gray for all others. The gray is so light that people
// with any kind of color vision can distinguish the two; the names of the bars say the same.
func barColor(name string) color.Color {
	if strings.HasPrefix(name, "dnn") {
		return color.RGBA{R: 0x00, G: 0x72, B: 0xb2, A: 0xff}
	}
	return color.Gray{Y: 0xb4}
}

// drawChart returns a chart of these panels as PNG, or nil if nothing that it shows was measured.
func drawChart(results []*paired.Result, panels []panel) ([]byte, error) {
	type drawing struct {
		panel
		bars []bar
	}
	var drawings []drawing
	var names vg.Length // the width of the widest name
	height := 2 * chartMargin
	for _, p := range panels {
		if bars := barsOf(results, p); len(bars) > 0 {
			drawings = append(drawings, drawing{p, bars})
			names = max(names, namesWidth(bars))
			height += panelHeight(bars)
		}
	}
	if len(drawings) == 0 {
		return nil, nil
	}
	canvas := vgimg.PngCanvas{Canvas: vgimg.NewWith(vgimg.UseWH(chartWidth, height), vgimg.UseDPI(chartDPI))}
	area := draw.New(canvas)
	area.SetColor(color.White)
	area.Fill(area.Rectangle.Path())
	area = draw.Crop(area, chartMargin, -chartMargin, chartMargin, -chartMargin)
	for _, d := range drawings {
		rest := area
		area.Min.Y = area.Max.Y - panelHeight(d.bars)
		// The bars of all panels start at the same place.
		if err := d.draw(draw.Crop(area, names-namesWidth(d.bars), 0, panelGap, 0), d.bars); err != nil {
			return nil, err
		}
		rest.Max.Y = area.Min.Y
		area = rest
	}
	var png bytes.Buffer
	_, err := canvas.WriteTo(&png)
	return png.Bytes(), err
}

func panelHeight(bars []bar) vg.Length { return titleHeight + barPitch*vg.Length(len(bars)) + panelGap }

// namesWidth returns the width of the widest name of the bars.
func namesWidth(bars []bar) vg.Length {
	style := text.Style{Font: sans(11), Handler: plot.DefaultTextHandler}
	var widest vg.Length
	for _, b := range bars {
		widest = max(widest, style.Width(b.name))
	}
	return widest
}

// barsOf returns the panel's bars, the smallest first.
func barsOf(results []*paired.Result, p panel) []bar {
	var bars []bar
	for _, r := range results {
		if r.Name != p.experiment {
			continue
		}
		for _, c := range r.Contenders {
			if values := r.Values(c.Name, p.metric); len(values) > 0 {
				bars = append(bars, bar{c.Name, paired.Median(values)})
			}
		}
	}
	slices.SortStableFunc(bars, func(a, b bar) int { return cmp.Compare(a.value, b.value) })
	return bars
}

// draw draws the bars from the top down, each with its name on the left and its value at its end. The axis is linear
// and starts at 0, so that lengths can be compared.
func (p panel) draw(area draw.Canvas, bars []bar) error {
	chart := plot.New()
	chart.Title.Text = p.title
	chart.Title.TextStyle.Font, chart.Title.TextStyle.Color = sans(13), ink()
	chart.Title.Padding = vg.Points(6)
	chart.HideX()
	chart.Y.LineStyle.Width, chart.Y.Tick.LineStyle.Width = 0, 0
	chart.Y.Tick.Label.Font, chart.Y.Tick.Label.Color = sans(11), ink()
	chart.Y.Tick.Marker = plot.ConstantTicks(ticks(bars))
	chart.Y.Min, chart.Y.Max = -0.5, float64(len(bars))-0.5
	chart.X.Min, chart.X.Max = 0, bars[len(bars)-1].value*1.12 // room for the last value's text

	points := make(plotter.XYs, len(bars))
	labels := make([]string, len(bars))
	for i, b := range bars {
		place := len(bars) - 1 - i
		one, err := plotter.NewBarChart(plotter.Values{b.value}, barWidth)
		if err != nil {
			return err
		}
		one.Horizontal, one.XMin, one.LineStyle.Width, one.Color = true, float64(place), 0, barColor(b.name)
		chart.Add(one)
		points[i], labels[i] = plotter.XY{X: b.value, Y: float64(place)}, " "+paired.Digits(b.value)
	}
	values, err := plotter.NewLabels(plotter.XYLabels{XYs: points, Labels: labels})
	if err != nil {
		return err
	}
	for i := range values.TextStyle {
		values.TextStyle[i] = text.Style{Font: sans(11), Color: ink(), YAlign: text.YCenter,
			Handler: plot.DefaultTextHandler}
	}
	values.Offset.Y = vg.Points(2) // digits do not descend below the baseline, so their middle is higher
	chart.Add(values)
	chart.Draw(area)
	return nil
}

func ticks(bars []bar) []plot.Tick {
	var ticks []plot.Tick
	for i, b := range bars {
		ticks = append(ticks, plot.Tick{Value: float64(len(bars) - 1 - i), Label: b.name})
	}
	return ticks
}

func sans(points float64) font.Font {
	return font.Font{Typeface: "Liberation", Variant: "Sans", Size: vg.Points(points)}
}
