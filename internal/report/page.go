package report

import (
	_ "embed" // the template
	"html/template"
	"io"
	"strconv"

	"dnn/internal/fault"
	"dnn/internal/history"
)

// Page is what a report on a model shows. What is empty is left out: a model whose inputs are no images has neither
// Mistakes nor Kernels.
type Page struct {
	Title    string // of the page: the name of the model's file
	Version  string // of dnn
	Dataset  string // mnist
	DataHash string // of its files
	Split    string // the part of the data set that was evaluated: test, validation, train

	Samples        int // in that part
	Loss, Accuracy float64

	Model     Summary
	Config    string // the experiment, as YAML
	History   history.Epochs
	Confusion *Confusion
	Mistakes  Mistakes
	Kernels   Kernels
}

//go:embed page.html
var pageTemplate string

// Write writes the report as one HTML page that needs no other file, no network and no script. Its pictures are in it, each
// for light and for dark mode. The same Page gives the same bytes.
func (p Page) Write(w io.Writer) error {
	view, err := p.view()
	if err != nil {
		return err
	}
	// The template is parsed here, not when the program starts: few runs write a report.
	page, err := template.New("page").Funcs(template.FuncMap{
		"group":   groupDigits,
		"percent": func(v float64) string { return fixed(v*100, 2) + " %" },
		"four":    func(v float64) string { return fixed(v, 4) },
		"rate":    func(v float64) string { return strconv.FormatFloat(v, 'g', 4, 64) },
	}).Parse(pageTemplate)
	if err != nil {
		return fault.New(fault.Bug, "report", "%w", err)
	}
	return page.Execute(w, view)
}

// pageView is a Page with everything that the template does not work out itself.
type pageView struct {
	Page
	Figures          pageFigures
	Wrong            int           // samples
	Params           int           // of the model
	Trainable        int           // of these
	Bytes            string        // that they take
	Best             history.Epoch // of the history
	Validated, Rates bool          // whether the history has validation, and rates that differ
	Layers           []layerView   // of the model
	Tiles            []mistakeView // in the order of the mistakes
	Limit            string        // of the scale of weights
}

// layerView is one row of the model's table.
type layerView struct {
	SummaryLayer
	Shape string
}

// mistakeView is one image and what is said of it.
type mistakeView struct {
	Mistake
	Tile template.URL
	Sure string // the probability in percent
}

// view returns what the template shows.
func (p Page) view() (pageView, error) {
	v := pageView{Page: p, Validated: p.History.Validated(), Rates: p.History.RateVaries()}
	v.Params, v.Trainable = p.Model.params()
	v.Bytes = formatBytes(v.Params * bytesPerParam)
	for _, l := range p.Model.Layers {
		v.Layers = append(v.Layers, layerView{l, l.shape()})
	}
	v.Best, _ = p.History.Best()
	if p.Confusion != nil {
		for i, row := range p.Confusion.Counts {
			for j, n := range row {
				if i != j {
					v.Wrong += n
				}
			}
		}
	}
	if len(p.Mistakes.List) > 0 {
		if err := p.Mistakes.check(); err != nil {
			return v, err
		}
	}
	for _, m := range p.Mistakes.List {
		tile, err := pngURL(p.Mistakes.tile(m))
		if err != nil {
			return v, err
		}
		v.Tiles = append(v.Tiles, mistakeView{m, tile, percent(m.Probability)})
	}
	if p.Kernels.Units > 0 {
		if err := p.Kernels.check(); err != nil {
			return v, err
		}
		v.Limit = strconv.FormatFloat(p.Kernels.limit(), 'g', 2, 64)
	}
	var err error
	v.Figures, err = p.figures()
	return v, err
}

// fixed returns v with a number of decimals.
func fixed(v float64, decimals int) string { return strconv.FormatFloat(v, 'f', decimals, 64) }
