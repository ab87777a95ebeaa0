package page

import (
	_ "embed" // the template
	"html/template"
	"io"
	"strconv"

	"dnn/internal/fault"
	"dnn/internal/history"
	"dnn/internal/picture"
	"dnn/internal/report"
)

// Content is what the page shows. What is empty is left out: a model whose inputs are not images has no Mistakes and no
// Kernels.
type Content struct {
	Title    string // of the page: the name of the model file
	Version  string // of dnn
	Dataset  string // its name: mnist
	DataHash string // of the files of the data set
	Split    string // the part of the data set that was evaluated: test, validation, train

	Samples        int // in that part
	Loss, Accuracy float64

	Model     report.Summary
	Config    string // the experiment, as YAML
	History   history.Epochs
	Confusion *report.Confusion
	Mistakes  Mistakes
	Kernels   picture.Kernels // of the first layer
}

//go:embed page.html
var pageTemplate string

//go:embed style.html
var styleTemplate string

// Write writes the page with its pictures. The same Content gives the same bytes. It is an error if an image or a
// kernel has another size than the Content says.
func Write(w io.Writer, c Content) error {
	v, err := c.view()
	if err != nil {
		return err
	}
	return execute(w, pageTemplate, v)
}

// execute fills a template in. It is not parsed when the program starts, since few runs write a page.
func execute(w io.Writer, text string, content any) error {
	page, err := template.New("page").Funcs(template.FuncMap{
		"group":   report.GroupDigits,
		"percent": func(v float64) string { return fixed(v*100, 2) + " %" },
		"four":    func(v float64) string { return fixed(v, 4) },
		"rate":    func(v float64) string { return strconv.FormatFloat(v, 'g', 4, 64) },
	}).Parse(text)
	if err == nil {
		page, err = page.Parse(styleTemplate)
	}
	if err != nil {
		return fault.New(fault.Bug, "report", "%w", err)
	}
	return page.Execute(w, content)
}

// view is a Content, and what the template cannot work out itself.
type view struct {
	Content
	Figures          figures
	Wrong            int           // samples that were predicted wrongly
	Params           int           // of the model
	Trainable        int           // of these parameters
	Bytes            string        // of the parameters
	Best             history.Epoch // the best of the history
	Validated, Rates bool          // whether epochs were validated, and whether the rate changed
	Tiles            []mistakeView // in the order of the mistakes
	Limit            string        // weight at the ends of the color scale
}

// mistakeView is one mistake as the page shows it.
type mistakeView struct {
	Mistake
	Tile template.URL
	Sure string // the probability of the predicted class, in percent
}

// view returns what the template shows.
func (c Content) view() (view, error) {
	sums := c.Model.JSON()
	v := view{
		Content: c, Params: sums.TotalParams, Trainable: sums.TrainableParams, Bytes: report.FormatBytes(sums.Bytes),
		Validated: c.History.Validated(), Rates: c.History.RateVaries(),
	}
	v.Best, _ = c.History.Best()
	if c.Confusion != nil {
		for i, row := range c.Confusion.Counts {
			for j, n := range row {
				if i != j {
					v.Wrong += n
				}
			}
		}
	}
	if len(c.Mistakes.List) > 0 {
		if err := c.Mistakes.check(); err != nil {
			return v, err
		}
	}
	for _, m := range c.Mistakes.List {
		tile, err := pngURL(c.Mistakes.tile(m))
		if err != nil {
			return v, err
		}
		v.Tiles = append(v.Tiles, mistakeView{m, tile, percent(m.Probability)})
	}
	if c.Kernels.Units > 0 {
		v.Limit = strconv.FormatFloat(c.Kernels.Limit(), 'g', 2, 64)
	}
	var err error
	v.Figures, err = c.figures()
	return v, err
}

// fixed returns v with so many decimals.
func fixed(v float64, decimals int) string { return strconv.FormatFloat(v, 'f', decimals, 64) }
