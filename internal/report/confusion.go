package report

import (
	"fmt"
	"io"
	"strconv"
	"strings"
	"unicode/utf8"

	"dnn/internal/fault"
)

// Confusion counts for each class how often a network took its samples for which class. Its JSON form is stable.
type Confusion struct {
	Classes  []string     `json:"classes"`
	Counts   [][]int      `json:"counts"`    // [true class][predicted class]
	PerClass []ClassScore `json:"per_class"` // in the order of Classes
	Accuracy float64      `json:"accuracy"`
	Macro    ClassScore   `json:"macro_avg"`    // the mean over the classes that occur or are predicted
	Weighted ClassScore   `json:"weighted_avg"` // the mean weighted by the samples of each class
	Samples  int          `json:"samples"`
}

// ClassScore says how well one class, or the mean of all, was recognized. As in scikit-learn, a score whose denominator
// is 0 is 0: the precision of a class that was never predicted, the recall of one that never occurred.
type ClassScore struct {
	Precision float64 `json:"precision"` // share of the samples predicted as the class that are of it
	Recall    float64 `json:"recall"`    // share of the samples of the class that are predicted as it
	F1        float64 `json:"f1"`        // the harmonic mean of precision and recall
	Support   int     `json:"support"`   // samples of the class
}

// NewConfusion counts that a sample of class labels[i] was predicted as class predictions[i]. Both are indices of
// classes.
func NewConfusion[L, P ~int | ~uint8](labels []L, predictions []P, classes []string) (*Confusion, error) {
	if len(labels) != len(predictions) {
		return nil, fault.New(fault.Data, "confusion table", "wanted as many labels as predictions, found %d and %d",
			len(labels), len(predictions))
	}
	c := &Confusion{
		Classes: classes,
		Counts:  make([][]int, len(classes)),
		Samples: len(labels),
	}
	for i := range c.Counts {
		c.Counts[i] = make([]int, len(classes))
	}
	for i := range labels {
		label, prediction := int(labels[i]), int(predictions[i])
		if label < 0 || label >= len(classes) {
			return nil, fault.New(fault.Data, "confusion table", "label %d of sample %d: there are %d classes",
				label, i, len(classes))
		}
		if prediction < 0 || prediction >= len(classes) {
			return nil, fault.New(fault.Data, "confusion table", "prediction %d of sample %d: there are %d classes",
				prediction, i, len(classes))
		}
		c.Counts[label][prediction]++
	}
	c.score()
	return c, nil
}

// score computes everything that follows from Counts.
func (c *Confusion) score() {
	right := 0   // samples
	present := 0 // classes that occur or are predicted; as in scikit-learn, only they count in the macro mean
	c.PerClass = make([]ClassScore, len(c.Classes))
	for i := range c.Classes {
		predicted, support := 0, 0
		for j := range c.Classes {
			predicted += c.Counts[j][i]
			support += c.Counts[i][j]
		}
		hits := c.Counts[i][i]
		right += hits
		s := ClassScore{
			Precision: ratio(hits, predicted),
			Recall:    ratio(hits, support),
			F1:        ratio(2*hits, predicted+support),
			Support:   support,
		}
		c.PerClass[i] = s
		if predicted+support > 0 {
			present++
			c.Macro.add(s, 1)
		}
		c.Weighted.add(s, ratio(support, c.Samples))
	}
	if present > 0 {
		c.Macro.Precision /= float64(present)
		c.Macro.Recall /= float64(present)
		c.Macro.F1 /= float64(present)
	}
	c.Accuracy = ratio(right, c.Samples)
}

// add adds s to a mean with the given weight. Supports are summed.
func (m *ClassScore) add(s ClassScore, weight float64) {
	m.Precision += s.Precision * weight
	m.Recall += s.Recall * weight
	m.F1 += s.F1 * weight
	m.Support += s.Support
}

// ratio returns a/b, or 0 if b is 0.
func ratio(a, b int) float64 {
	if b == 0 {
		return 0
	}
	return float64(a) / float64(b)
}

// Write prints the counts and, below them, the scores. The columns of the counts have the index of the class as their
// heading. The rows have its name, with the index before it unless that is the name. Counts of 0 are dots, so that
// mistakes stand out. The scores have the form of scikit-learn's classification_report.
func (c *Confusion) Write(w io.Writer) error {
	var b strings.Builder
	c.writeCounts(&b)
	b.WriteString("\n")
	c.writeScores(&b)
	_, err := io.WriteString(w, b.String())
	return err
}

// names returns the names of the classes as they may be shown on a terminal.
func (c *Confusion) names() []string {
	var names []string
	for _, name := range c.Classes {
		names = append(names, OneLine(name))
	}
	return names
}

func (c *Confusion) writeCounts(b *strings.Builder) {
	names := make([]string, len(c.Classes))
	nameWidth, countWidth := 0, len(strconv.Itoa(max(0, len(c.Classes)-1)))
	indexWidth := countWidth
	for i, name := range c.names() {
		names[i] = name
		if name != strconv.Itoa(i) {
			names[i] = fmt.Sprintf("%*d %s", indexWidth, i, name)
		}
		nameWidth = max(nameWidth, utf8.RuneCountInString(names[i]))
		for _, n := range c.Counts[i] {
			countWidth = max(countWidth, len(strconv.Itoa(n)))
		}
	}
	b.WriteString("Confusion matrix (rows: true class, columns: predicted class)\n\n")
	fmt.Fprintf(b, "%*s", nameWidth, "")
	for i := range c.Classes {
		fmt.Fprintf(b, "  %*d", countWidth, i)
	}
	b.WriteString("\n")
	for i, name := range names {
		fmt.Fprintf(b, "%-*s", nameWidth, name)
		for _, n := range c.Counts[i] {
			cell := "·"
			if n != 0 {
				cell = strconv.Itoa(n)
			}
			fmt.Fprintf(b, "  %*s", countWidth, cell)
		}
		b.WriteString("\n")
	}
}

func (c *Confusion) writeScores(b *strings.Builder) {
	const macro, weighted = "macro avg", "weighted avg"
	width := len(weighted)
	classes := c.names()
	for _, name := range classes {
		width = max(width, utf8.RuneCountInString(name))
	}
	row := func(name string, s ClassScore) {
		fmt.Fprintf(b, "%*s  %9.4f %9.4f %9.4f %9d\n", width, name, s.Precision, s.Recall, s.F1, s.Support)
	}
	fmt.Fprintf(b, "%*s  %9s %9s %9s %9s\n\n", width, "", "precision", "recall", "f1-score", "support")
	for i, name := range classes {
		row(name, c.PerClass[i])
	}
	b.WriteString("\n")
	fmt.Fprintf(b, "%*s  %9s %9s %9.4f %9d\n", width, "accuracy", "", "", c.Accuracy, c.Samples)
	row(macro, c.Macro)
	row(weighted, c.Weighted)
}
