package report

import (
	"io"
	"math"
	"strconv"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/plotter"

	"dnn/internal/exact"
	"dnn/internal/fault"
)

// RatePoint is the loss that a learning-rate range test saw at a rate.
type RatePoint struct {
	Rate float64
	Loss float64
}

// SuggestRate returns the learning rate at which a range test's loss falls most steeply over the logarithm of the rate,
// before it is lowest: a rate to start from, after Smith, "Cyclical Learning Rates for Training Neural Networks"
// (arXiv:1506.01186), section 3.3. The slope at a point is that of the straight line with the least squared distance from
// the points around it, a twelfth of all on each side, so that the noise of single batches decides nothing. The points are
// in ascending order of their rates, which are positive. There is no suggestion if there are less than 5 finite losses, or
// if the loss falls nowhere.
func SuggestRate(points []RatePoint) (rate float64, ok bool) {
	var finite []RatePoint
	for _, p := range points {
		if math.IsNaN(p.Loss) || math.IsInf(p.Loss, 0) {
			break // what follows a loss that blew up says nothing
		}
		finite = append(finite, p)
	}
	if len(finite) < 5 {
		return 0, false
	}
	reach := max(1, len(finite)/12)
	lowest := lowestAround(finite, reach)
	steepest := 0.0
	for i := reach; i <= lowest && i+reach < len(finite); i++ {
		if s := slope(finite[i-reach : i+reach+1]); s < steepest {
			steepest, rate, ok = s, finite[i].Rate, true
		}
	}
	return rate, ok
}

// lowestAround returns the point with the lowest mean loss of itself and reach points on each side.
func lowestAround(points []RatePoint, reach int) int {
	best, least := 0, math.Inf(1)
	for i := reach; i+reach < len(points); i++ {
		sum := 0.0
		for _, p := range points[i-reach : i+reach+1] {
			sum += p.Loss
		}
		if sum < least {
			best, least = i, sum
		}
	}
	return best
}

// slope returns b of the line a + b log(rate) with the least squared distance from the points:
// b = Σ (x-mean x) (loss-mean loss) / Σ (x-mean x)², 0 where all rates are the same.
func slope(points []RatePoint) float64 {
	xs := make([]float64, len(points))
	var meanX, meanY float64
	for i, p := range points {
		xs[i] = float64(exact.Log(p.Rate))
		meanX += xs[i] / float64(len(points))
		meanY += p.Loss / float64(len(points))
	}
	var xy, xx float64
	for i, p := range points {
		xy += float64((xs[i] - meanX) * (p.Loss - meanY))
		xx += float64((xs[i] - meanX) * (xs[i] - meanX))
	}
	if xx == 0 {
		return 0
	}
	return xy / xx
}

// WriteRangeTest draws the losses of a learning-rate range test over the rates, on a logarithmic axis, with a mark at the
// suggested rate if there is one. What exceeds the first losses by far is cut off. The format is "png" or "svg".
func WriteRangeTest(w io.Writer, format string, points []RatePoint) error {
	for i, p := range points {
		if !(p.Rate > 0) || math.IsInf(p.Rate, 0) || i > 0 && p.Rate <= points[i-1].Rate {
			return fault.New(fault.Data, "range test", "wanted rising rates above 0, found %v as number %d", p.Rate, i+1)
		}
	}
	if len(points) == 0 {
		return fault.New(fault.Data, "range test", "there is no point to plot")
	}
	p, err := rangeTestPicture(points, lightTheme())
	if err != nil {
		return err
	}
	return p.write(w, format)
}

func rangeTestPicture(points []RatePoint, t theme) (picture, error) {
	const width, height = 800, 500
	p := &panel{Plot: styledPlot("Learning-rate range test", t)}
	p.X.Label.Text, p.Y.Label.Text = "Learning rate", "Loss"
	p.X.Scale = plot.LogScale{}
	p.X.Tick.Marker = plot.TickerFunc(rateTicks)
	if rate, ok := SuggestRate(points); ok {
		p.mark(rate, "steepest: "+strconv.FormatFloat(rate, 'g', 2, 64), t)
	}
	losses := make(plotter.XYs, len(points))
	for i, point := range points {
		losses[i] = plotter.XY{X: point.Rate, Y: point.Loss}
	}
	if err := p.add(curve{name: "loss", color: t.training}, losses, false); err != nil {
		return picture{}, err
	}
	p.X.Min, p.X.Max = points[0].Rate, points[len(points)-1].Rate
	if len(points) == 1 {
		p.X.Min, p.X.Max = p.X.Min/2, p.X.Max*2
	}
	p.Y.Min, p.Y.Max = rangeTestRange(points)
	return picture{width: width, height: height, paper: t.paper, draw: func(paper pen) {
		p.Draw(paper.part(pictureMargin, pictureMargin, width-2*pictureMargin, height-2*pictureMargin))
	}}, nil
}

// rangeTestRange returns the range of the axis of losses: from the lowest to somewhat above the highest of the first
// quarter, from which the loss falls until the rate is too high.
func rangeTestRange(points []RatePoint) (lo, hi float64) {
	lo, hi = math.Inf(1), math.Inf(-1)
	for i, p := range points {
		if math.IsNaN(p.Loss) || math.IsInf(p.Loss, 0) {
			continue
		}
		lo = min(lo, p.Loss)
		if i <= len(points)/4 || math.IsInf(hi, 0) {
			hi = max(hi, p.Loss)
		}
	}
	if math.IsInf(lo, 0) {
		return 0, 1
	}
	room := max((hi-lo)*0.15, 1e-3)
	return lo - room/3, hi + room
}

// rateTicks returns a tick at 1, 2, … 9 times each power of ten, of which the powers have labels; the others have some too
// where there are less than two powers.
func rateTicks(lo, hi float64) []plot.Tick {
	var ticks []plot.Tick
	first, last := int(math.Floor(math.Log10(lo))), int(math.Ceil(math.Log10(hi)))
	narrow := hi/lo < 100
	for exponent := first; exponent <= last; exponent++ {
		for digit := 1; digit <= 9; digit++ {
			value, _ := strconv.ParseFloat(strconv.Itoa(digit)+"e"+strconv.Itoa(exponent), 64) // the nearest, as Pow may not be
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

// rateLabel returns digit times a power of ten as people write rates: 0.001, 1e-5.
func rateLabel(digit, exponent int) string {
	text := strconv.Itoa(digit) + "e" + strconv.Itoa(exponent)
	if exponent < -4 || exponent > 3 {
		return text
	}
	value, _ := strconv.ParseFloat(text, 64) // cannot fail: two small integers
	return strconv.FormatFloat(value, 'f', -1, 64)
}
