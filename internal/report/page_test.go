package report

import (
	"bytes"
	"encoding/base64"
	"html"
	"image/png"
	"io"
	"regexp"
	"strings"
	"testing"

	"dnn/internal/fault"
)

// examplePage returns a page with all its parts.
func examplePage(t *testing.T) Page {
	t.Helper()
	history := curves(3, true)
	history[1].ValLoss = 0.01
	history[2].LearningRate = 0.0005
	kernel := make([]float32, 4*4*6)
	for i := range kernel {
		kernel[i] = float32(i-48) / 48
	}
	return Page{
		Title: "model.bin", Version: "1.2.3", Dataset: "mnist", DataHash: "3b0f0a1d52c3d9b0", Split: "test",
		Samples: 1300, Loss: 0.08133, Accuracy: 0.9946,
		Model: Summary{Name: "sequential", Layers: []SummaryLayer{
			{Name: "dense", Type: "Dense", OutputShape: []int{6}, Params: 1000, Trainable: 1000},
			{Name: "dense_1", Type: "Dense", OutputShape: []int{2}, Params: 14, Trainable: 0},
		}},
		Config:    "dataset: mnist\nlayers: [6]\n",
		History:   history,
		Confusion: confusionOf(t, [][]int{{90, 7}, {0, 1203}}, "four", "nine"),
		Mistakes:  mistakesOf(2, "four", "nine"),
		Kernels:   Kernels{Rows: 4, Cols: 4, Units: 6, Kernel: kernel},
	}
}

func writePage(t *testing.T, p Page) string {
	t.Helper()
	var first, second bytes.Buffer
	for _, b := range []*bytes.Buffer{&first, &second} {
		if err := p.Write(b); err != nil {
			t.Fatal(err)
		}
	}
	if !bytes.Equal(first.Bytes(), second.Bytes()) {
		t.Error("the bytes differ the second time")
	}
	return first.String()
}

// dataURLs finds the pictures in a page, where a "+" is written as its character reference.
var dataURLs = regexp.MustCompile(`data:(image/(?:png|svg&#43;xml|svg\+xml));base64,((?:[A-Za-z0-9+/=]|&#43;)+)`)

// TestPageOfOneEpoch holds that curves of one epoch do not go "over epochs 1 to 1".
func TestPageOfOneEpoch(t *testing.T) {
	p := examplePage(t)
	p.History = p.History[:1]
	if page := writePage(t, p); strings.Count(page, ", in epoch 1\"") != 2 || strings.Contains(page, "over epochs") {
		t.Errorf("wanted two pictures of epoch 1, found %q", regexp.MustCompile(`alt="[^"]*"`).FindAllString(page, -1))
	}
}

// TestPage compares the page without its pictures, which others look at.
func TestPage(t *testing.T) {
	page := writePage(t, examplePage(t))
	golden(t, "page.golden.html", []byte(dataURLs.ReplaceAllString(page, "data:$1;base64,…")))
}

func TestPageIsSelfContained(t *testing.T) {
	page := writePage(t, examplePage(t))
	for _, bad := range []string{"http:", "https:", "<script", "<link", "@import", "ZgotmplZ", "url("} {
		if strings.Contains(dataURLs.ReplaceAllString(page, ""), bad) {
			t.Errorf("it contains %s", bad)
		}
	}
	if n := len(regexp.MustCompile(`(src|srcset)="data:image/`).FindAllString(page, -1)); n != 2*3+2+2+1 {
		t.Errorf("%d pictures", n)
	}
	if images, alts := strings.Count(page, "<img"), strings.Count(page, ` alt="`); images != alts {
		t.Errorf("%d images, %d of them with alternative text", images, alts)
	}
	for _, match := range dataURLs.FindAllStringSubmatch(page, -1) {
		content, err := base64.StdEncoding.DecodeString(html.UnescapeString(match[2]))
		if err != nil {
			t.Fatal(err)
		}
		if match[1] == "image/png" {
			if _, err := png.Decode(bytes.NewReader(content)); err != nil {
				t.Error(err)
			}
			continue
		}
		svgTexts(t, content)
	}
}

// TestPageEscapes holds that names from a file cannot become markup.
func TestPageEscapes(t *testing.T) {
	p := examplePage(t)
	const evil = `"><script>alert(1)</script>`
	p.Title, p.Dataset, p.Version, p.Config, p.DataHash = evil, evil, evil, evil, evil
	p.Model.Layers[0].Name = evil
	p.Confusion.Classes = []string{evil, evil}
	p.Mistakes = mistakesOf(1, evil, evil)
	if page := writePage(t, p); strings.Contains(page, "<script") {
		t.Error("a name became a script")
	}
}

// TestPageLeavesOutWhatIsNotThere: a model of numbers, without history.
func TestPageLeavesOutWhatIsNotThere(t *testing.T) {
	full := writePage(t, examplePage(t))
	empty := writePage(t, Page{Title: "model.bin"})
	for _, id := range []string{"training", "confusion", "mistakes", "weights", "config"} {
		section := `<h2 id="` + id + `">`
		if !strings.Contains(full, section) {
			t.Errorf("%s is missing", id)
		}
		if strings.Contains(empty, section) {
			t.Errorf("%s has nothing to show", id)
		}
	}
}

func TestPageRefuses(t *testing.T) {
	p := examplePage(t)
	p.Mistakes.List[0].Image = nil
	if err := p.Write(io.Discard); fault.KindOf(err) != fault.Data {
		t.Errorf("an image without pixels: %v", err)
	}
	p = examplePage(t)
	p.Kernels.Units++
	if err := p.Write(io.Discard); fault.KindOf(err) != fault.Data {
		t.Errorf("weights are missing: %v", err)
	}
	if err := examplePage(t).Write(brokenWriter{}); err == nil {
		t.Error("no error from a writer that fails")
	}
}

func TestConfusionInWords(t *testing.T) {
	for want, counts := range map[string][][]int{
		"Heat map of true and predicted classes: 100.00 % are right":                                                     {{2, 0}, {0, 1}},
		"Heat map of true and predicted classes: 50.00 % are right; the most frequent mistake is b taken for a, 1 time":  {{1, 0}, {1, 0}},
		"Heat map of true and predicted classes: 25.00 % are right; the most frequent mistake is a taken for b, 2 times": {{1, 2}, {1, 0}},
	} {
		if got := confusionOf(t, counts, "a", "b").inWords(); got != want {
			t.Errorf("got %s", got)
		}
	}
}
