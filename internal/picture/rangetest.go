package picture

import (
	"io"
	"math"
	"strconv"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/plotter"

	"dnn/internal/fault"
	"dnn/internal/picture/axis"
	"dnn/internal/train"
)

// WriteRangeTest draws the smoothed losses of a learning-rate range test over the rates, on a logarithmic axis. A line
// marks the suggested rate; 0 means that there is none. Losses far above the first ones are cut off. The format is
// "png" or "svg". It is an error if there are no points, or if their rates do not rise.
//
// The picture is 800 pixels wide and 500 high.
func WriteRangeTest(w io.Writer, format string, points []train.LRPoint, suggested float64) error {
	for i, p := range points {
		if !(p.Rate > 0) || math.IsInf(p.Rate, 0) || i > 0 && p.Rate <= points[i-1].Rate {
			return fault.New(fault.Data, "range test", "wanted rising rates above 0, found %v as number %d",
				p.Rate, i+1)
		}
	}
	if len(points) == 0 {
		return fault.New(fault.Data, "range test", "there is no point to plot")
	}
	p, err := rangeTestDrawing(points, suggested, Light())
	if err != nil {
		return err
	}
	return p.Write(w, format)
}

func rangeTestDrawing(points []train.LRPoint, suggested float64, t Theme) (Drawing, error) {
	const width, height = 800, 500
	p := &panel{Plot: styledPlot("Learning-rate range test", t)}
	p.X.Label.Text, p.Y.Label.Text = "Learning rate", "Loss"
	p.X.Scale = plot.LogScale{}
	p.X.Tick.Marker = plot.TickerFunc(axis.Powers)
	if suggested > 0 {
		p.addLine(suggested, "steepest: "+strconv.FormatFloat(suggested, 'g', 2, 64), t)
	}
	losses := make(plotter.XYs, len(points))
	for i, point := range points {
		losses[i] = plotter.XY{X: point.Rate, Y: point.Smoothed}
	}
	if err := p.add(curve{name: "loss", color: t.training}, losses, false); err != nil {
		return Drawing{}, err
	}
	p.X.Min, p.X.Max = points[0].Rate, points[len(points)-1].Rate
	if len(points) == 1 {
		p.X.Min, p.X.Max = p.X.Min/2, p.X.Max*2
	}
	p.Y.Min, p.Y.Max = rangeTestRange(points)
	return Drawing{Width: width, Height: height, paper: t.paper, draw: func(paper pen) {
		p.Draw(paper.area(margin, margin, width-2*margin, height-2*margin))
	}}, nil
}

// rangeTestRange returns the range of the axis of losses: from the lowest to somewhat above the highest of the first
// quarter. After it, the loss rises above that only when the rate is too high.
func rangeTestRange(points []train.LRPoint) (lo, hi float64) {
	lo, hi = math.Inf(1), math.Inf(-1)
	for i, p := range points {
		if math.IsNaN(p.Smoothed) || math.IsInf(p.Smoothed, 0) {
			continue
		}
		lo = min(lo, p.Smoothed)
		if i <= len(points)/4 || math.IsInf(hi, 0) {
			hi = max(hi, p.Smoothed)
		}
	}
	if math.IsInf(lo, 0) {
		return 0, 1
	}
	room := max((hi-lo)*0.15, 1e-3)
	return lo - room/3, hi + room
}
