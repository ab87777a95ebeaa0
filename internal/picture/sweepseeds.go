package picture

import (
	"image/color"
	"io"
	"math"
	"slices"
	"strconv"

	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"

	"dnn/internal/fault"
	"dnn/internal/picture/axis"
	"dnn/internal/report"
	"dnn/internal/statistics"
)

// SweepSetting is the runs of one setting of a sweep with several seeds.
type SweepSetting struct {
	Name   string    // such as setting 12
	Values string    // of its parameters, on one line
	Runs   []float64 // the metric of each seed that has one
}

// WriteSweepSeeds draws the metric of each seed of some settings, from the top on: rings, a box from the first to the
// third quartile with a line at the median, whiskers to the least and the greatest, and the mean with its confidence
// interval. The format is "png" or "svg".
//
// The picture is 960 pixels wide.
func WriteSweepSeeds(w io.Writer, format, metric string, settings []SweepSetting) error {
	if len(settings) == 0 {
		return fault.New(fault.Data, "picture", "wanted the settings of a sweep, found none")
	}
	const width, row, head, left, right = 960, 52, 62, 350, 800
	t := Light()
	var all []float64
	for _, s := range settings {
		all = append(all, s.Runs...)
		if i := statistics.NewInterval(s.Runs); axis.Finite(i.Half) {
			all = append(all, i.Mean-i.Half, i.Mean+i.Half)
		}
	}
	horizontal := axis.NewScale(all)
	height := head + row*len(settings) + 56
	return Drawing{Width: width, Height: height, paper: t.paper, draw: func(paper pen) {
		bottom := float64(head + row*len(settings))
		paper.text(width/2, margin, textStyle(14, t.ink, draw.XCenter, draw.YTop), "The best settings, with several seeds")
		paper.text(right+margin, head-4, textStyle(10, t.gray, draw.XLeft, draw.YBottom), "mean +- 95 %")
		x := func(v float64) float64 { return left + 8 + horizontal.At(v)*(right-left-16) }
		for _, tick := range horizontal.Ticks(7) {
			at := left + 8 + tick.Value*(right-left-16)
			if tick.Label == "" {
				continue
			}
			paper.StrokeLines(draw.LineStyle{Color: t.grid, Width: vg.Points(0.75)},
				[]vg.Point{paper.point(at, head), paper.point(at, bottom)})
			paper.text(at, bottom+6, textStyle(10, t.ink, draw.XCenter, draw.YTop), tick.Label)
		}
		paper.StrokeLines(draw.LineStyle{Color: t.ink, Width: vg.Points(0.75)},
			[]vg.Point{paper.point(left, bottom), paper.point(right, bottom)})
		paper.text((left+right)/2, bottom+24, textStyle(11, t.ink, draw.XCenter, draw.YTop), metric)
		for i, s := range settings {
			y := head + row*(float64(i)+0.5)
			name, values := textStyle(11, t.ink, draw.XRight, draw.YBottom), textStyle(9, t.gray, draw.XRight, draw.YTop)
			paper.text(left-margin, y, name, shorten(s.Name, name, left-2*margin))
			paper.text(left-margin, y+2, values, shorten(s.Values, values, left-2*margin))
			interval := statistics.NewInterval(s.Runs)
			drawBox(paper, s.Runs, interval, x, y, t)
			text := "none"
			switch {
			case axis.Finite(interval.Half):
				text = report.PlusMinus(interval.Mean, interval.Half)
			case axis.Finite(interval.Mean):
				text = strconv.FormatFloat(interval.Mean, 'f', 4, 64)
			}
			paper.text(right+margin, y, textStyle(10, t.ink, draw.XLeft, draw.YCenter), text)
		}
	}}.Write(w, format)
}

// drawBox draws the runs of a setting around the line y.
func drawBox(paper pen, runs []float64, mean statistics.Interval, x func(float64) float64, y float64, t Theme) {
	values := slices.DeleteFunc(slices.Clone(runs), func(v float64) bool { return !axis.Finite(v) })
	slices.Sort(values)
	line := func(width, x1, y1, x2, y2 float64, c color.Color) {
		paper.StrokeLines(draw.LineStyle{Color: c, Width: vg.Points(width)},
			[]vg.Point{paper.point(x1, y1), paper.point(x2, y2)})
	}
	for i, v := range values {
		paper.DrawGlyph(draw.GlyphStyle{Color: t.training, Radius: vg.Points(2), Shape: draw.RingGlyph{}},
			paper.point(x(v), y-13+axis.Spread(i)*5))
	}
	if len(values) < 2 {
		return
	}
	const top, bottom = -3, 11
	low, high := x(values[0]), x(values[len(values)-1])
	q1, median, q3 := x(axis.Quantile(values, 0.25)), x(axis.Quantile(values, 0.5)), x(axis.Quantile(values, 0.75))
	middle := y + (top+bottom)/2.0
	line(1.25, low, middle, q1, middle, t.training)
	line(1.25, q3, middle, high, middle, t.training)
	line(1.25, q1, y+top, q3, y+top, t.training)
	line(1.25, q1, y+bottom, q3, y+bottom, t.training)
	line(1.25, q1, y+top, q1, y+bottom, t.training)
	line(1.25, q3, y+top, q3, y+bottom, t.training)
	line(2.5, median, y+top, median, y+bottom, t.training)
	if !(mean.Half < math.Inf(1)) {
		return
	}
	const below = 18
	line(1.25, x(mean.Mean-mean.Half), y+below, x(mean.Mean+mean.Half), y+below, t.ink)
	for _, end := range []float64{mean.Mean - mean.Half, mean.Mean + mean.Half} {
		line(1.25, x(end), y+below-3, x(end), y+below+3, t.ink)
	}
	paper.DrawGlyph(draw.GlyphStyle{Color: t.ink, Radius: vg.Points(2.5), Shape: draw.CircleGlyph{}},
		paper.point(x(mean.Mean), y+below))
}
