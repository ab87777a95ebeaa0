package page

import (
	"bytes"
	"encoding/base64"
	"encoding/xml"
	"flag"
	"html"
	"image/png"
	"io"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"dnn/internal/fault"
	"dnn/internal/history"
	"dnn/internal/picture"
	"dnn/internal/report"
	"dnn/internal/report/reporttest"
)

var update = flag.Bool("update", false, "write the page that dnn itself is the source of")

// exampleContent returns the content of a page with all its parts.
func exampleContent(t *testing.T) Content {
	t.Helper()
	epochs := make(history.Epochs, 3)
	for i := range epochs {
		f := float64(i + 1)
		epochs[i] = history.Epoch{
			Epoch: i + 1, Loss: 0.35/f + 0.01, Accuracy: 1 - 0.1/f,
			Validated: true, ValLoss: 0.12 + 0.08/f, ValAccuracy: 0.977 - 0.03/f,
		}
	}
	epochs[1].ValLoss = 0.01
	epochs[2].LearningRate = 0.0005
	kernel := make([]float32, 4*4*6)
	for i := range kernel {
		kernel[i] = float32(i-48) / 48
	}
	return Content{
		Title: "model.bin", Version: "1.2.3", Dataset: "mnist", DataHash: "3b0f0a1d52c3d9b0", Split: "test",
		Samples: 1300, Loss: 0.08133, Accuracy: 0.9946,
		Model: report.Summary{Name: "sequential", Layers: []report.SummaryLayer{
			{Name: "dense", Type: "Dense", OutputShape: []int{6}, Params: 1000, Trainable: 1000},
			{Name: "dense_1", Type: "Dense", OutputShape: []int{2}, Params: 14, Trainable: 0},
		}},
		Config:    "dataset: mnist\nlayers: [6]\n",
		History:   epochs,
		Confusion: reporttest.Confusion(t, [][]int{{90, 7}, {0, 1203}}, "four", "nine"),
		Mistakes:  mistakesOf(2, "four", "nine"),
		Kernels:   picture.Kernels{Rows: 4, Cols: 4, Units: 6, Kernel: kernel},
	}
}

func writePage(t *testing.T, c Content) string {
	t.Helper()
	var first, second bytes.Buffer
	for _, b := range []*bytes.Buffer{&first, &second} {
		if err := Write(b, c); err != nil {
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

// TestOneEpoch checks that the text for curves of one epoch is not "over epochs 1 to 1".
func TestOneEpoch(t *testing.T) {
	c := exampleContent(t)
	c.History = c.History[:1]
	if page := writePage(t, c); strings.Count(page, ", in epoch 1\"") != 2 || strings.Contains(page, "over epochs") {
		t.Errorf("wanted two pictures of epoch 1, found %q", regexp.MustCompile(`alt="[^"]*"`).FindAllString(page, -1))
	}
}

// TestWrite compares the page without its pictures, which other tests check.
func TestWrite(t *testing.T) {
	page := writePage(t, exampleContent(t))
	page = dataURLs.ReplaceAllString(page, "data:$1;base64,…")
	path := filepath.Join("testdata", "page.golden.html")
	if *update {
		if err := os.WriteFile(path, []byte(page), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(strings.ReplaceAll(string(want), "\r\n", "\n"), page); diff != "" {
		t.Errorf("%s (-want +got):\n%s", path, diff)
	}
}

func TestSelfContained(t *testing.T) {
	page := writePage(t, exampleContent(t))
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
		if err := xml.Unmarshal(content, new(struct{})); err != nil {
			t.Error(err)
		}
	}
}

// TestNamesAreNoMarkup checks that names from a file cannot become markup.
func TestNamesAreNoMarkup(t *testing.T) {
	c := exampleContent(t)
	const evil = `"><script>alert(1)</script>`
	c.Title, c.Dataset, c.Version, c.Config, c.DataHash = evil, evil, evil, evil, evil
	c.Model.Layers[0].Name = evil
	c.Confusion.Classes = []string{evil, evil}
	c.Mistakes = mistakesOf(1, evil, evil)
	if page := writePage(t, c); strings.Contains(page, "<script") {
		t.Error("a name became a script")
	}
}

// TestLeavesOutWhatIsNotThere writes the page of a model of numbers without a history.
func TestLeavesOutWhatIsNotThere(t *testing.T) {
	full := writePage(t, exampleContent(t))
	empty := writePage(t, Content{Title: "model.bin"})
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

func TestWriteRefuses(t *testing.T) {
	c := exampleContent(t)
	c.Mistakes.List[0].Image = nil
	if err := Write(io.Discard, c); fault.KindOf(err) != fault.Data {
		t.Errorf("an image without pixels: %v", err)
	}
	c = exampleContent(t)
	c.Kernels.Units++
	if err := Write(io.Discard, c); fault.KindOf(err) != fault.Data {
		t.Errorf("weights are missing: %v", err)
	}
	if err := Write(brokenWriter{}, exampleContent(t)); err == nil {
		t.Error("no error from a writer that fails")
	}
}

func TestConfusionInWords(t *testing.T) {
	for want, counts := range map[string][][]int{
		"Heat map of true and predicted classes: 100.00 % are right":                                                     {{2, 0}, {0, 1}},
		"Heat map of true and predicted classes: 50.00 % are right; the most frequent mistake is b taken for a, 1 time":  {{1, 0}, {1, 0}},
		"Heat map of true and predicted classes: 25.00 % are right; the most frequent mistake is a taken for b, 2 times": {{1, 2}, {1, 0}},
	} {
		if got := inWords(reporttest.Confusion(t, counts, "a", "b")); got != want {
			t.Errorf("got %s", got)
		}
	}
}

// brokenWriter is a writer that always fails.
type brokenWriter struct{}

func (brokenWriter) Write([]byte) (int, error) { return 0, os.ErrClosed }
