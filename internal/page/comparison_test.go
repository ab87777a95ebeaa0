package page

import (
	"bytes"
	"io"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"dnn/internal/fault"
)

// exampleComparison returns the content of a page about two models of 2 x 2 images.
func exampleComparison() Comparison {
	changed := func(index int, first, second string) ChangedImage {
		return ChangedImage{Index: index, Image: []uint8{0, 255, 9, 80}, True: "four", First: first, Second: second,
			Sure: [2]float64{0.7, 0.998}}
	}
	return Comparison{
		Title: "a.bin, b.bin", Version: "1.2.3", Dataset: "mnist", DataHash: "3b0f", Samples: 1300, Unit: "image",
		Rows: 2, Cols: 2,
		Models: []ComparedModel{
			{"a.bin", "4-3 relu-2 softmax", 23, 0.08133, 0.9946}, {"b.bin", "4-2 softmax", 10, 0.2, 0.95},
		},
		Pairs: []ComparedPair{{
			Name: "b.bin", Verdict: "b.bin is worse than a.bin", Details: []string{"weights: of other shapes"},
			Groups: []ChangedImages{
				{"Right in a.bin alone", 61, []ChangedImage{changed(3, "four", "nine"), changed(7, "four", "nine")}},
				{"Right in b.bin alone", 0, nil},
				{"Wrong in both, in different ways", 1, []ChangedImage{changed(0, "one", "nine")}},
			},
		}},
	}
}

func writeComparison(t *testing.T, c Comparison) string {
	t.Helper()
	var b bytes.Buffer
	if err := WriteComparison(&b, c); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

// TestWriteComparison compares the body of the page, without its pictures.
func TestWriteComparison(t *testing.T) {
	page := writeComparison(t, exampleComparison())
	_, body, _ := strings.Cut(dataURLs.ReplaceAllString(page, "data:$1;base64,…"), "</style>\n")
	path := filepath.Join("testdata", "comparison.golden.html")
	if *update {
		if err := os.WriteFile(path, []byte(body), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(strings.ReplaceAll(string(want), "\r\n", "\n"), body); diff != "" {
		t.Errorf("%s (-want +got):\n%s", path, diff)
	}
	if n := len(regexp.MustCompile(`src="data:image/png`).FindAllString(page, -1)); n != 3 {
		t.Errorf("wanted 3 pictures, found %d", n)
	}
}

func TestComparisonNamesAreNoMarkup(t *testing.T) {
	c := exampleComparison()
	const evil = `"><script>alert(1)</script>`
	c.Title, c.Dataset, c.Version, c.Models[0].Name, c.Pairs[0].Name, c.Pairs[0].Verdict = evil, evil, evil, evil, evil, evil
	c.Pairs[0].Details[0], c.Pairs[0].Groups[0].Title, c.Pairs[0].Groups[0].List[0].True = evil, evil, evil
	if strings.Contains(writeComparison(t, c), "<script") {
		t.Error("a name became a script")
	}
}

func TestWriteComparisonRefuses(t *testing.T) {
	c := exampleComparison()
	c.Pairs[0].Groups[0].List[1].Image = []uint8{1}
	if err := WriteComparison(io.Discard, c); fault.KindOf(err) != fault.Data {
		t.Errorf("wanted an error about an image of one pixel, found %v", err)
	}
	if err := WriteComparison(brokenWriter{}, exampleComparison()); err == nil {
		t.Error("no error from a writer that fails")
	}
}
