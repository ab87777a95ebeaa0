package compare

import (
	"fmt"
	"strings"

	"dnn/internal/nn/batch"
	"dnn/internal/page"
)

// most is how many images of a group are on the page.
const most = 60

// Page returns the page about the models. rows and cols are the shape of an image; for samples that are no images they
// are 0, and the page has no pictures.
func (r Report) Page(s *batch.Samples, rows, cols int) page.Comparison {
	first := r.Comparisons[0].First
	content := page.Comparison{
		Title: strings.Join(r.Models, ", "), Dataset: r.Dataset, Samples: r.Samples, Unit: r.Unit, Rows: rows, Cols: cols,
		Models: []page.ComparedModel{first.line()},
	}
	for _, c := range r.Comparisons {
		content.Models = append(content.Models, c.Second.line())
		pair := page.ComparedPair{Name: c.Name, Verdict: c.Verdict(), Details: c.Details()}
		if rows > 0 {
			pair.Groups = c.groups(s)
		}
		content.Pairs = append(content.Pairs, pair)
	}
	return content
}

// line returns the model's line in the table of models.
func (t Tested) line() page.ComparedModel {
	return page.ComparedModel{
		Name: t.Name, Structure: t.Structure(), Parameters: t.Architecture.Parameters(),
		Loss: float64(t.Result.MeanLoss()), Accuracy: float64(t.Result.Accuracy()),
	}
}

// groups returns the images whose class changes, by which of the two models is right.
func (c Comparison) groups(s *batch.Samples) []page.ChangedImages {
	groups := []page.ChangedImages{
		{Title: fmt.Sprintf("Right in %s alone", c.First.Name)},
		{Title: fmt.Sprintf("Right in %s alone", c.Second.Name)},
		{Title: "Wrong in both, in different ways"},
	}
	for i, label := range s.Labels {
		a, b := c.First.Predicted[i], c.Second.Predicted[i]
		if a == b {
			continue
		}
		g := &groups[2]
		switch label {
		case a:
			g = &groups[0]
		case b:
			g = &groups[1]
		}
		if g.Count++; g.Count > most {
			continue
		}
		g.List = append(g.List, page.ChangedImage{
			Index: i, Image: s.Pixels(i), True: c.class(int(label)), First: c.class(int(a)), Second: c.class(int(b)),
			Sure: [2]float64{c.First.probability(i, int(a)), c.Second.probability(i, int(b))},
		})
	}
	return groups
}
