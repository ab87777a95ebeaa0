package report

import (
	"bytes"
	"encoding/json"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"
)

// TestSummaryIsKeras compares with what Keras prints for the networks in testdata/summary (see generate.py).
func TestSummaryIsKeras(t *testing.T) {
	files, err := filepath.Glob("testdata/summary/*.txt")
	if err != nil || len(files) < 15 {
		t.Fatalf("%d files, %v", len(files), err)
	}
	for _, file := range files {
		network, columns, terminal := strings.Cut(strings.TrimSuffix(filepath.Base(file), ".txt"), ".")
		t.Run(network+columns, func(t *testing.T) {
			var s Summary
			readJSON(t, "testdata/summary/"+network+".json", &s)
			var got bytes.Buffer
			if terminal {
				width, err := strconv.Atoi(columns)
				if err != nil {
					t.Fatal(err)
				}
				got.WriteString(s.text(width, true))
			} else if err := s.Write(&got); err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(string(readFile(t, file)), got.String()); diff != "" {
				t.Errorf("(-Keras +dnn):\n%s", diff)
			}
		})
	}
}

// TestSummaryKeepsNumbers checks that on a narrow terminal names are cut and broken, and numbers are not.
func TestSummaryKeepsNumbers(t *testing.T) {
	var s Summary
	readJSON(t, "testdata/summary/huge.json", &s)
	s.Layers[1].Name, s.Layers[1].Type = "batch_normalization_1", "BatchNormalization"
	golden(t, "summary/narrow.golden", []byte(s.text(40, true)))
	for columns := 1; columns <= 130; columns++ {
		text := s.text(columns, true)
		for _, number := range []string{"94,200,000", "360,003,000", "120000)", "30,010"} {
			if columns >= 12 && !strings.Contains(text, number) {
				t.Errorf("%d columns: %s is lost:\n%s", columns, number, text)
			}
		}
		for line := range strings.Lines(text) {
			if got := utf8.RuneCountInString(strings.TrimRight(line, " \n")); columns >= 35 && got > columns {
				t.Errorf("%d columns in %d: %s", got, columns, line)
			}
		}
		(Summary{}).text(columns, true) // finds a width for its headings
	}
}

func TestSummaryJSON(t *testing.T) {
	s := Summary{Name: "sequential", Layers: []SummaryLayer{
		{Name: "dense", Type: "Dense", OutputShape: []int{8}, Params: 40, Trainable: 40},
		{Name: "batch_normalization", Type: "BatchNormalization", OutputShape: []int{8}, Params: 32, Trainable: 16},
	}}
	got, err := json.MarshalIndent(s.JSON(), "", "  ")
	if err != nil {
		t.Fatal(err)
	}
	golden(t, "summary.json", append(got, '\n'))
}

func TestSummaryJSONWithoutLayers(t *testing.T) {
	got, err := json.Marshal(Summary{Name: "empty"}.JSON())
	if err != nil {
		t.Fatal(err)
	}
	want := `{"name":"empty","layers":[],"total_params":0,"trainable_params":0,"non_trainable_params":0,"bytes":0}`
	if string(got) != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
}

func TestSummaryWriteError(t *testing.T) {
	if err := (Summary{}).Write(brokenWriter{}); err == nil {
		t.Error("no error from a writer that fails")
	}
}

func TestFormatBytes(t *testing.T) {
	for bytes, want := range map[int]string{
		0: "0.00 B", 196: "196.00 B", 1023: "1023.00 B", 1024: "1.00 KB", 336240: "328.36 KB", 1 << 20: "1.00 MB",
		1<<20 - 1: "1024.00 KB", 1 << 30: "1.00 GB", 1 << 62: "4096.00 PB",
	} {
		if got := FormatBytes(bytes); got != want {
			t.Errorf("%d: got %s, want %s", bytes, got, want)
		}
	}
}

func TestGroupDigits(t *testing.T) {
	for n, want := range map[int]string{0: "0", 999: "999", 1000: "1,000", 78500: "78,500", 1234567: "1,234,567",
		-123: "-123", -1234: "-1,234"} {
		if got := GroupDigits(n); got != want {
			t.Errorf("got %s, want %s", got, want)
		}
	}
}
