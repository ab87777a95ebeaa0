package report

import (
	"bytes"
	"encoding/csv"
	"math"
	"strconv"
	"testing"
)

// TestFormatFloat32 compares with what Python prints for the values in testdata/python-floats.csv (see generate.py).
func TestFormatFloat32(t *testing.T) {
	rows, err := csv.NewReader(bytes.NewReader(readFile(t, "testdata/python-floats.csv"))).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	if len(rows) < 1000 {
		t.Fatalf("%d values, want more than 1000", len(rows))
	}
	for _, row := range rows {
		bits, err := strconv.ParseUint(row[0], 16, 32)
		if err != nil {
			t.Fatal(err)
		}
		if got := FormatFloat32(math.Float32frombits(uint32(bits))); got != row[1] {
			t.Errorf("%s: got %s, want %s", row[0], got, row[1])
		}
	}
}

func TestTestLine(t *testing.T) {
	want := "Test Loss and Accuracy -> [0.08797961473464966, 0.9761999845504761]"
	if got := TestLine(0.08797961473464966, 0.9762); got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
}
