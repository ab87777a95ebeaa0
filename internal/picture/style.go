package picture

import (
	"gonum.org/v1/plot"
	"gonum.org/v1/plot/font"
	"gonum.org/v1/plot/plotter"
	"gonum.org/v1/plot/vg"

	"dnn/internal/picture/axis"
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
	p.X.Tick.Marker = plot.TickerFunc(axis.Integers)
	p.Y.Tick.Marker = plot.TickerFunc(axis.Decimals)
	grid := plotter.NewGrid()
	grid.Vertical.Color, grid.Horizontal.Color = t.grid, t.grid
	grid.Vertical.Width, grid.Horizontal.Width = vg.Points(0.75), vg.Points(0.75)
	p.Add(grid)
	return p
}
