package page

import (
	_ "embed" // the template
	"html/template"
	"io"

	"dnn/internal/fault"
)

// Comparison is what the page about the differences of models shows.
type Comparison struct {
	Title    string // the names of the models
	Version  string // of dnn
	Dataset  string // its name
	DataHash string // of its files; empty: not shown
	Samples  int    // that the models were tested on
	Unit     string // what a sample is: image or row

	Models     []ComparedModel // the first is the one that the others are compared with
	Pairs      []ComparedPair  // for each other model
	Rows, Cols int             // of an image; 0: samples are no images
}

// ComparedModel is a line of the table of models.
type ComparedModel struct {
	Name, Structure string
	Parameters      int
	Loss, Accuracy  float64
}

// ComparedPair is how a model differs from the first one.
type ComparedPair struct {
	Name    string          // of the model
	Verdict string          // one sentence
	Details []string        // a line each
	Groups  []ChangedImages // in the order of the page
}

// ChangedImages are images that two models take for different classes.
type ChangedImages struct {
	Title string // what they have in common
	Count int    // of all of them, which may be more than are listed
	List  []ChangedImage
}

// ChangedImage is one image and what two models take it for.
type ChangedImage struct {
	Index         int        // of the sample
	Image         []uint8    // [Rows, Cols], 0: background
	True          string     // the name of its class
	First, Second string     // the names of the classes that the models take it for
	Sure          [2]float64 // the probabilities that they give to these
}

//go:embed comparison.html
var comparisonTemplate string

// changedView is an image as the page shows it.
type changedView struct {
	ChangedImage
	Tile  template.URL
	Sures [2]string // in percent
}

// WriteComparison writes the page about the differences of models. The same content gives the same bytes. It is an error
// if an image has another size than the content says.
func WriteComparison(w io.Writer, c Comparison) error {
	type group struct {
		ChangedImages
		Tiles []changedView
	}
	type pair struct {
		ComparedPair
		Shown []group
	}
	view := struct {
		Comparison
		Shown []pair
	}{Comparison: c}
	for _, p := range c.Pairs {
		shown := pair{ComparedPair: p}
		for _, g := range p.Groups {
			tiles := group{ChangedImages: g}
			for _, m := range g.List {
				if len(m.Image) != c.Rows*c.Cols || c.Rows < 1 || c.Cols < 1 {
					return fault.New(fault.Data, "images of changes", "wanted %d x %d pixels, found %d in image %d",
						c.Rows, c.Cols, len(m.Image), m.Index)
				}
				url, err := pngURL(darkOnLight(c.Rows, c.Cols, m.Image))
				if err != nil {
					return err
				}
				tiles.Tiles = append(tiles.Tiles, changedView{m, url, [2]string{percent(m.Sure[0]), percent(m.Sure[1])}})
			}
			shown.Shown = append(shown.Shown, tiles)
		}
		view.Shown = append(view.Shown, shown)
	}
	return execute(w, comparisonTemplate, view)
}
