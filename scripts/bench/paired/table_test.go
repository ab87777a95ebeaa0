package paired

import (
	"errors"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestRowPerMetric(t *testing.T) {
	r := &Result{
		Experiment: Experiment{
			Metrics:      []Metric{{Name: "gelu", Unit: "s"}, {Name: "share"}, {Name: "mish", Unit: "s"}},
			Contenders:   []Contender{{Name: "a"}, {Name: "b"}, {Name: "c"}},
			RowPerMetric: true,
		},
		Rounds: []map[string]Figures{
			{"a": {"gelu": 1, "share": 0.51234}, "b": {"gelu": 2, "share": 1, "mish": 4}},
			{"a": {"gelu": 3, "share": 0.51234}, "b": {"gelu": 4, "share": 1, "mish": 4}},
			{"a": {"gelu": 5, "share": 0.51234}, "b": {"gelu": 50, "share": 1, "mish": 4}},
		},
		Failed: map[string]error{"c": errors.New("not installed")},
	}
	want := [][]string{
		{"", "a", "b", "c", "a / b", "a / c"},
		{"gelu", "3.00 s", "4.00 s", "failed", "0.500", ""}, // of 1/2, 3/4 and 5/50: not 3/4
		{"share", "0.512", "1.00", "failed", "", ""},
		{"mish", "-", "4.00 s", "failed", "", ""},
	}
	if diff := cmp.Diff(want, r.Table()); diff != "" {
		t.Errorf("table (-want +got):\n%s", diff)
	}
	r.Metrics = r.Metrics[1:2]
	if heading := strings.Join(r.Table()[0], "|"); heading != "|a|b|c" {
		t.Errorf("headings %q, want no ratios where no metric has one", heading)
	}
}

func TestDigits(t *testing.T) {
	for value, want := range map[float64]string{
		1234.5: "1234", 110: "110", 19.34: "19.3", 1.234: "1.23", 0.25: "0.250", 0.0491: "0.0491",
		0.00123: "0.00123", 0: "0",
	} {
		if got := Digits(value); got != want {
			t.Errorf("digits(%v) = %q, want %q", value, got, want)
		}
	}
}
