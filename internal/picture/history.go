package picture

import (
	"errors"
	"io"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/vg"

	"dnn/internal/history"
	"dnn/internal/picture/axis"
)

// The sizes of the picture of a history, in pixels.
const (
	historyWidth  = 1200
	historyHeight = 500
	rateHeight    = 210 // in addition, for the learning rate
)

// WriteHistory draws the curves of a run over its epochs: loss on the left and accuracy on the right, of training and,
// if an epoch has it, of validation. The learning rate is below them, if it changed. A thin line marks the best epoch:
// the one with the lowest validation loss, or training loss without validation. A NaN or an infinity leaves a gap. The
// format is "png" or "svg". A history without epochs is an error.
//
// The picture is 1200 pixels wide and 500 high, or 710 with the learning rate.
func WriteHistory(w io.Writer, format string, epochs history.Epochs) error {
	panels, err := historyPanels(epochs, Light())
	if err != nil {
		return err
	}
	return historyDrawing(panels, Light()).Write(w, format)
}

// historyDrawing returns the picture with all panels of a history.
func historyDrawing(panels []*panel, t Theme) Drawing {
	const half = historyWidth/2 - 2*margin
	d := Drawing{Width: historyWidth, Height: historyHeight, paper: t.paper}
	if len(panels) > 2 {
		d.Height += rateHeight
	}
	d.draw = func(paper pen) {
		left := paper.area(margin, margin, half, historyHeight-2*margin)
		right := paper.area(historyWidth/2+margin, margin, half, historyHeight-2*margin)
		alignTops(panels[0], panels[1], left, right)
		panels[0].Draw(left)
		panels[1].Draw(right)
		if len(panels) > 2 {
			panels[2].Draw(paper.area(margin, historyHeight, historyWidth-2*margin, rateHeight-margin))
		}
		// Between the titles of the panels, where no curve can reach.
		panels[0].drawLegend(paper.area(margin, margin, historyWidth-2*margin, historyHeight), t)
	}
	return d
}

// Panels draws the curves of a run as [WriteHistory] does, but each panel as a drawing of its own, so that a page can
// arrange them: loss, accuracy and, if it changed, the learning rate. The Title of a drawing says what the panel shows;
// it is not written in it.
//
// Each panel is 560 pixels wide and 380 high.
func Panels(epochs history.Epochs, t Theme) ([]Drawing, error) {
	panels, err := historyPanels(epochs, t)
	if err != nil {
		return nil, err
	}
	drawings := make([]Drawing, len(panels))
	for i, p := range panels {
		drawings[i] = panelDrawing(p, t)
	}
	return drawings, nil
}

// historyPanels returns the panels of loss and accuracy, and of the learning rate if it changed.
func historyPanels(epochs history.Epochs, t Theme) ([]*panel, error) {
	if len(epochs) == 0 {
		return nil, errors.New("no epoch to plot")
	}
	loss, err := newPanel("Loss", epochs, t, training(t, func(e history.Epoch) float64 { return e.Loss }),
		validation(t, func(e history.Epoch) float64 { return e.ValLoss }))
	if err != nil {
		return nil, err
	}
	loss.Y.Min, loss.Y.Max = axis.LossRange(loss.Y.Min, loss.Y.Max)
	accuracy, err := newPanel("Accuracy", epochs, t, training(t, func(e history.Epoch) float64 { return e.Accuracy }),
		validation(t, func(e history.Epoch) float64 { return e.ValAccuracy }))
	if err != nil {
		return nil, err
	}
	accuracy.Y.Min, accuracy.Y.Max = axis.AccuracyRange(accuracy.Y.Min, accuracy.Y.Max)
	panels := []*panel{loss, accuracy}
	if !epochs.RateVaries() {
		return panels, nil
	}
	rate, err := newPanel("Learning rate", epochs, t, curve{
		name: "learning rate", color: t.rate, value: func(e history.Epoch) float64 { return e.LearningRate },
	})
	if err != nil {
		return nil, err
	}
	rate.Y.Min, rate.Y.Max = axis.LossRange(rate.Y.Min, rate.Y.Max)
	rate.Y.Tick.Marker = plot.TickerFunc(func(lo, hi float64) []plot.Tick { return axis.About(lo, hi, 3) }) // it is low
	return append(panels, rate), nil
}

// panelDrawing returns the drawing of one panel. The caller shows its title.
func panelDrawing(p *panel, t Theme) Drawing {
	const width, height, legend = 560, 380, 28
	title := p.Title.Text
	p.Title.Text = ""
	return Drawing{Title: title, Width: width, Height: height, paper: t.paper, draw: func(paper pen) {
		label := float64(p.Title.Padding/vg.Inch) * dpi
		p.drawLegend(paper.area(0, 4, width, height), t)
		p.Draw(paper.area(4, legend+label, width-12, height-legend-label-4))
	}}
}
