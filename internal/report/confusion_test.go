package report

import (
	"bytes"
	"encoding/json"
	"math"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"

	"dnn/internal/fault"
)

type confusionCase struct {
	Labels, Predictions []int
	Classes             []string
	Counts              [][]int
	Report              map[string]json.RawMessage
}

// TestConfusionIsScikitLearn compares with scikit-learn's classification_report and confusion_matrix (see
// testdata/generate.py). In "never" one class is never predicted and another never occurs.
func TestConfusionIsScikitLearn(t *testing.T) {
	for _, name := range []string{"mnist", "fashion", "never", "binary"} {
		t.Run(name, func(t *testing.T) {
			var want confusionCase
			readJSON(t, "testdata/confusion/"+name+".json", &want)
			c, err := NewConfusion(want.Labels, want.Predictions, want.Classes)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(want.Counts, c.Counts); diff != "" {
				t.Errorf("counts (-want +got):\n%s", diff)
			}
			for i, class := range want.Classes {
				sameScore(t, class, want.Report[class], c.PerClass[i])
			}
			sameScore(t, "macro avg", want.Report["macro avg"], c.Macro)
			sameScore(t, "weighted avg", want.Report["weighted avg"], c.Weighted)
			var accuracy float64
			if err := json.Unmarshal(want.Report["accuracy"], &accuracy); err != nil ||
				math.Abs(accuracy-c.Accuracy) > 1e-15 {
				t.Errorf("accuracy: got %v, want %v (%v)", c.Accuracy, accuracy, err)
			}
			var text bytes.Buffer
			if err := c.Write(&text); err != nil {
				t.Fatal(err)
			}
			report := string(readFile(t, "testdata/confusion/"+name+".report.txt"))
			if !strings.HasSuffix(text.String(), "\n\n"+report) {
				t.Errorf("scores differ:\n%s\nwant\n%s", text.String(), report)
			}
			golden(t, "confusion/"+name+".golden", text.Bytes())
			for line := range strings.Lines(text.String()) {
				if n := utf8.RuneCountInString(strings.TrimSuffix(line, "\n")); n > 100 {
					t.Errorf("%d columns: %s", n, line)
				}
			}
		})
	}
}

func sameScore(t *testing.T, name string, raw json.RawMessage, got ClassScore) {
	t.Helper()
	var want struct {
		Precision, Recall, Support float64
		F1                         float64 `json:"f1-score"`
	}
	if err := json.Unmarshal(raw, &want); err != nil {
		t.Fatal(err)
	}
	for _, pair := range [][2]float64{
		{want.Precision, got.Precision}, {want.Recall, got.Recall}, {want.F1, got.F1},
		{want.Support, float64(got.Support)},
	} {
		if math.Abs(pair[0]-pair[1]) > 1e-14 {
			t.Errorf("%s: got %+v, want %+v", name, got, want)
			return
		}
	}
}

func TestConfusionJSON(t *testing.T) {
	c, err := NewConfusion([]uint8{0, 0, 1, 1}, []int{0, 1, 1, 1}, []string{"no", "yes"})
	if err != nil {
		t.Fatal(err)
	}
	got, err := json.MarshalIndent(c, "", " ")
	if err != nil {
		t.Fatal(err)
	}
	golden(t, "confusion.json", append(got, '\n'))
}

func TestConfusionRefuses(t *testing.T) {
	two := []string{"no", "yes"}
	for _, test := range []struct {
		labels, predictions []int
		want                string
	}{
		{[]int{0, 1}, []int{0}, "wanted as many labels as predictions, found 2 and 1"},
		{[]int{0, 2}, []int{0, 1}, "label 2 of sample 1: there are 2 classes"},
		{[]int{-1}, []int{0}, "label -1 of sample 0: there are 2 classes"},
		{[]int{0}, []int{2}, "prediction 2 of sample 0: there are 2 classes"},
		{[]int{0}, []int{-1}, "prediction -1 of sample 0: there are 2 classes"},
	} {
		_, err := NewConfusion(test.labels, test.predictions, two)
		if err == nil || !strings.HasSuffix(err.Error(), test.want) || fault.KindOf(err) != fault.Data {
			t.Errorf("got %v, want %s", err, test.want)
		}
	}
}

func TestConfusionOfNothing(t *testing.T) {
	c, err := NewConfusion([]int{}, []int{}, []string{"no", "yes"})
	if err != nil {
		t.Fatal(err)
	}
	if c.Accuracy != 0 || c.Macro != (ClassScore{}) {
		t.Errorf("scores of no sample: %+v", c)
	}
	if err := c.Write(brokenWriter{}); err == nil {
		t.Error("no error from a writer that fails")
	}
}

// As in scikit-learn, a class that neither occurs nor is predicted does not count in the macro average.
func TestConfusionAbsentClass(t *testing.T) {
	c, err := NewConfusion([]int{1, 1, 2, 2}, []int{1, 2, 2, 2}, []string{"none", "a", "b"})
	if err != nil {
		t.Fatal(err)
	}
	want := ClassScore{Precision: (1 + 2./3) / 2, Recall: 0.75, F1: (2./3 + 0.8) / 2, Support: 4}
	got := c.Macro
	if math.Abs(got.Precision-want.Precision) > 1e-12 || got.Recall != want.Recall ||
		math.Abs(got.F1-want.F1) > 1e-12 || got.Support != 4 {
		t.Errorf("got %+v, want %+v", got, want)
	}
}

// TestConfusionOnATerminal tests that names of classes, which may be those of any file, do not move the cursor.
func TestConfusionOnATerminal(t *testing.T) {
	c, err := NewConfusion([]int{0, 1}, []int{0, 1}, []string{"\x1b[2Jred", "two\nlines"})
	if err != nil {
		t.Fatal(err)
	}
	var text bytes.Buffer
	if err := c.Write(&text); err != nil {
		t.Fatal(err)
	}
	if found := text.String(); strings.Contains(found, "\x1b") || !strings.Contains(found, "two lines") {
		t.Errorf("wanted no control characters, found %q", found)
	}
}
