package picture

import (
	"io"
	"math"
	"testing"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
)

// TestPanelsHaveOneTop checks that the frames of both panels begin at the same height, also if one has a label there,
// such as an accuracy of 1.
func TestPanelsHaveOneTop(t *testing.T) {
	for _, n := range []int{2, 10, 40} {
		panels, err := historyPanels(curves(n, true), Light())
		if err != nil {
			t.Fatal(err)
		}
		p := historyDrawing(panels, Light())
		tops := map[vg.Length]bool{}
		for _, panel := range panels {
			panel.Add(plotterFunc(func(c draw.Canvas,
				_ *plot.Plot) {
				tops[vg.Length(math.Round(float64(c.Max.Y)*1e6))] = true
			}))
		}
		if err := p.Write(io.Discard, "png"); err != nil {
			t.Fatal(err)
		}
		if len(tops) != 1 {
			t.Errorf("%d epochs: the panels begin at %v", n, tops)
		}
	}
}

// plotterFunc is a Plotter.
type plotterFunc func(draw.Canvas, *plot.Plot)

func (f plotterFunc) Plot(c draw.Canvas, p *plot.Plot) { f(c, p) }
