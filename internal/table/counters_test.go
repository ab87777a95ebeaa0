package table

import (
	"slices"
	"testing"
)

func TestCounters(t *testing.T) {
	const rows = 20
	columns := []struct {
		name    string
		value   func(r int) float64
		counter bool
	}{
		{"from 1", func(r int) float64 { return float64(r + 1) }, true},
		{"down from 7", func(r int) float64 { return float64(7 - r) }, true},
		{"shuffled", func(r int) float64 { return float64(100 + 7*r%rows) }, true},
		{"large", func(r int) float64 { return 1e15 + float64(r) }, true},
		{"twice the same", func(r int) float64 { return float64(max(r, 1)) }, false},
		{"with a gap", func(r int) float64 { return float64(r + r/19) }, false},
		{"halves", func(r int) float64 { return float64(r) / 2 }, false},
		{"constant", func(int) float64 { return 3 }, false},
		{"pixels", func(r int) float64 { return float64(r * 40 % 256) }, false},
		{"huge", func(r int) float64 { return 1e300 * float64(r) }, false},
	}
	table := &Table{Labels: make([]uint8, rows)}
	var want []string
	for _, c := range columns {
		table.Columns = append(table.Columns, c.name)
		if c.counter {
			want = append(want, c.name)
		}
	}
	for r := range rows {
		for _, c := range columns {
			table.Values = append(table.Values, c.value(r))
		}
	}
	if found := table.Counters(); !slices.Equal(found, want) {
		t.Errorf("found %q, wanted %q", found, want)
	}
	table.Labels, table.Values = table.Labels[:fewRows], table.Values[:fewRows*len(columns)]
	if found := table.Counters(); found != nil {
		t.Errorf("found %q in %d rows, wanted none", found, fewRows)
	}
}
