package picture

import (
	"math"
	"strconv"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/font"
	"gonum.org/v1/plot/plotter"
	"gonum.org/v1/plot/vg"
)

// sans returns the typeface of all text, in the given size.
func sans(points float64) font.Font {
	return font.Font{Typeface: "Liberation", Variant: "Sans", Size: vg.Points(points)}
}

// styledPlot returns an empty plot over epochs, with a title and a light grid.
func styledPlot(title string, t Theme) *plot.Plot {
	p := plot.New()
	p.BackgroundColor = nil // as the paper
	p.Title.Text = title
	p.Title.TextStyle.Font, p.Title.TextStyle.Color = sans(14), t.ink
	p.Title.Padding = vg.Points(8)
	for _, axis := range []*plot.Axis{&p.X, &p.Y} {
		axis.Color = t.ink
		axis.Label.TextStyle.Font, axis.Label.TextStyle.Color = sans(11), t.ink
		axis.Label.Padding = vg.Points(4)
		axis.Tick.Label.Font, axis.Tick.Label.Color = sans(10), t.ink
		axis.Tick.Color = t.ink
		axis.Tick.Length = vg.Points(4)
	}
	p.X.Label.Text = "Epoch"
	p.X.Tick.Marker = plot.TickerFunc(integerTicks)
	p.Y.Tick.Marker = plot.TickerFunc(decimalTicks)
	grid := plotter.NewGrid()
	grid.Vertical.Color, grid.Horizontal.Color = t.grid, t.grid
	grid.Vertical.Width, grid.Horizontal.Width = vg.Points(0.75), vg.Points(0.75)
	p.Add(grid)
	return p
}

// lossRange returns the range of the axis for losses from lo to hi. It begins at 0 and has room at the top.
func lossRange(lo, hi float64) (float64, float64) {
	if math.IsInf(lo, 0) || math.IsInf(hi, 0) { // no finite value
		return 0, 1
	}
	if hi <= 0 {
		hi = 1
	}
	return min(0, lo), hi * 1.05
}

// accuracyRange returns the range of the axis for accuracies from lo to hi. It has room at both ends, but stays within
// 0 to 1.
func accuracyRange(lo, hi float64) (float64, float64) {
	if math.IsInf(lo, 0) || math.IsInf(hi, 0) {
		return 0, 1
	}
	room := max(0.01, (hi-lo)*0.08)
	return max(0, lo-room), min(1, hi+room)
}

// integerTicks returns at most about ten ticks, at whole numbers.
func integerTicks(lo, hi float64) []plot.Tick {
	step := max(1, niceStep((hi-lo)/9))
	return ticksEvery(step, lo, hi, 0)
}

// decimalTicks returns about six ticks. Their labels have as many decimals as the distance between them needs.
func decimalTicks(lo, hi float64) []plot.Tick { return tickCount(lo, hi, 6) }

// tickCount is decimalTicks with about n ticks.
func tickCount(lo, hi float64, n int) []plot.Tick {
	step := niceStep((hi - lo) / float64(n))
	return ticksEvery(step, lo, hi, max(0, int(-math.Floor(math.Log10(step)+1e-9))))
}

// ticksEvery returns a tick at each multiple of step from lo to hi. Labels that would be too long are in scientific
// notation.
func ticksEvery(step, lo, hi float64, decimals int) []plot.Tick {
	format := byte('f')
	if step < 1e-5 || step >= 1e6 {
		format, decimals = 'g', 4
	}
	var ticks []plot.Tick
	for i := math.Ceil(lo/step - 1e-9); i*step <= hi+step*1e-9; i++ {
		value := i*step + 0 // + 0 turns -0, which Ceil may return, into 0
		ticks = append(ticks, plot.Tick{Value: value, Label: strconv.FormatFloat(value, format, decimals, 64)})
	}
	return ticks
}

// niceStep returns the least of 1, 2, 5 times a power of ten that is not below step.
func niceStep(step float64) float64 {
	power := math.Pow(10, math.Floor(math.Log10(step)))
	for _, m := range []float64{1, 2, 5} {
		if m*power >= step*(1-1e-9) {
			return m * power
		}
	}
	return 10 * power
}
