package report

import (
	"errors"
	"io"

	"dnn/internal/history"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/vg"
)

// The sizes of the picture of a history, in pixels.
const (
	historyWidth  = 1200
	historyHeight = 500
	rateHeight    = 210 // below, where the learning rate is shown
	pictureMargin = 16
)

// WritePlot draws the curves of a run: loss on the left and accuracy on the right over the epochs, of training and, where
// an epoch has it, of validation; below them the learning rate, if it changed. A thin line marks the best epoch, the one
// with the lowest validation loss, or training loss where there is no validation. The format is "png" or "svg". The same
// history gives the same bytes. Values that are NaN or infinite leave a gap. A history without epochs is an error.
func WritePlot(w io.Writer, format string, epochs history.Epochs) error {
	if len(epochs) == 0 {
		return errors.New("no epoch to plot")
	}
	panels, err := historyPanels(epochs, lightTheme())
	if err != nil {
		return err
	}
	return historyPicture(panels, lightTheme()).write(w, format)
}

// historyPicture returns the picture of all panels of a history.
func historyPicture(panels []*panel, t theme) picture {
	const half = historyWidth/2 - 2*pictureMargin
	p := picture{width: historyWidth, height: historyHeight, paper: t.paper}
	if len(panels) > 2 {
		p.height += rateHeight
	}
	p.draw = func(paper pen) {
		left := paper.part(pictureMargin, pictureMargin, half, historyHeight-2*pictureMargin)
		right := paper.part(historyWidth/2+pictureMargin, pictureMargin, half, historyHeight-2*pictureMargin)
		alignTops(panels[0], panels[1], left, right)
		panels[0].Draw(left)
		panels[1].Draw(right)
		if len(panels) > 2 {
			panels[2].Draw(paper.part(pictureMargin, historyHeight, historyWidth-2*pictureMargin, rateHeight-pictureMargin))
		}
		// Between the titles of the panels, where no curve can run under it.
		panels[0].drawLegend(paper.part(pictureMargin, pictureMargin, historyWidth-2*pictureMargin, historyHeight), t)
	}
	return p
}

// historyPanels returns the panels of loss and accuracy, and of the learning rate if it changed.
func historyPanels(epochs history.Epochs, t theme) ([]*panel, error) {
	loss, err := newPanel("Loss", epochs, t, training(t, func(e history.Epoch) float64 { return e.Loss }),
		validation(t, func(e history.Epoch) float64 { return e.ValLoss }))
	if err != nil {
		return nil, err
	}
	loss.Y.Min, loss.Y.Max = lossRange(loss.Y.Min, loss.Y.Max)
	accuracy, err := newPanel("Accuracy", epochs, t, training(t, func(e history.Epoch) float64 { return e.Accuracy }),
		validation(t, func(e history.Epoch) float64 { return e.ValAccuracy }))
	if err != nil {
		return nil, err
	}
	accuracy.Y.Min, accuracy.Y.Max = accuracyRange(accuracy.Y.Min, accuracy.Y.Max)
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
	rate.Y.Min, rate.Y.Max = lossRange(rate.Y.Min, rate.Y.Max)
	rate.Y.Tick.Marker = plot.TickerFunc(func(lo, hi float64) []plot.Tick { return tickCount(lo, hi, 3) }) // it is not high
	return append(panels, rate), nil
}

// panelPicture returns the picture of one panel by itself, without its title.
func panelPicture(p *panel, t theme) picture {
	const width, height, legend = 560, 380, 28
	return picture{width: width, height: height, paper: t.paper, draw: func(paper pen) {
		p.Title.Text = ""
		label := float64(p.Title.Padding/vg.Inch) * pictureDPI
		p.drawLegend(paper.part(0, 4, width, height), t)
		p.Draw(paper.part(4, legend+label, width-12, height-legend-label-4))
	}}
}
