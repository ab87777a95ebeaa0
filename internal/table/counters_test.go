package table

import (
	"slices"
	"strconv"
	"testing"

	"dnn/internal/table/decimal"
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
		{"huge", func(r int) float64 { return 1e30 * float64(r) }, false},
	}
	table := &Table{Labels: make([]uint8, rows)}
	var want []string
	for _, c := range columns {
		table.Columns = append(table.Columns, c.name)
		if c.counter {
			want = append(want, c.name)
		}
	}
	table.values = decimal.New(len(columns), parseNumber)
	for r := range rows {
		for _, c := range columns {
			if err := table.values.Add(strconv.AppendFloat(nil, c.value(r), 'g', -1, 64)); err != nil {
				t.Fatal(err)
			}
		}
		table.values.EndRow()
	}
	table.values.End()
	if found := table.Counters(); !slices.Equal(found, want) {
		t.Errorf("found %q, wanted %q", found, want)
	}
	table.Labels = table.Labels[:fewRows]
	if found := table.Counters(); found != nil {
		t.Errorf("found %q in %d rows, wanted none", found, fewRows)
	}
}
