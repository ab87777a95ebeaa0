package picture

import (
	"io"
	"math"
	"strconv"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/plotter"

	"dnn/internal/fault"
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
	p.X.Tick.Marker = plot.TickerFunc(rateTicks)
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

// rateTicks returns ticks at 1, 2, … 9 times the powers of ten. The powers have labels, and in a range of less than two
// powers, so have 2 and 5 times them.
func rateTicks(lo, hi float64) []plot.Tick {
	var ticks []plot.Tick
	first, last := int(math.Floor(math.Log10(lo))), int(math.Ceil(math.Log10(hi)))
	narrow := hi/lo < 100
	for exponent := first; exponent <= last; exponent++ {
		for digit := 1; digit <= 9; digit++ {
			// Not math.Pow, whose result may not be the nearest number.
			value, _ := strconv.ParseFloat(strconv.Itoa(digit)+"e"+strconv.Itoa(exponent), 64)
			if value < lo*(1-1e-9) || value > hi*(1+1e-9) {
				continue
			}
			tick := plot.Tick{Value: value}
			if digit == 1 || narrow && (digit == 2 || digit == 5) {
				tick.Label = rateLabel(digit, exponent)
			}
			ticks = append(ticks, tick)
		}
	}
	return ticks
}

// rateLabel returns digit times a power of ten in the usual spelling of rates: 0.001, 1e-5.
func rateLabel(digit, exponent int) string {
	text := strconv.Itoa(digit) + "e" + strconv.Itoa(exponent)
	if exponent < -4 || exponent > 3 {
		return text
	}
	value, _ := strconv.ParseFloat(text, 64) // cannot fail: two small integers
	return strconv.FormatFloat(value, 'f', -1, 64)
}
