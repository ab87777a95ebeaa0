package paired

import (
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"
	"text/tabwriter"
)

// Digits returns a measured value with about three significant digits. From 1e-4 on, it is not in scientific notation.
func Digits(x float64) string {
	for _, f := range []struct {
		from     float64
		decimals int
	}{{100, 0}, {10, 1}, {1, 2}, {0.1, 3}, {0.01, 4}} {
		if x >= f.from {
			return strconv.FormatFloat(x, 'f', f.decimals, 64)
		}
	}
	return strconv.FormatFloat(x, 'g', 3, 64)
}

// format returns a value of the metric, without the unit.
func (m Metric) format(value float64) string {
	if m.Unit == "" { // a fraction
		return strconv.FormatFloat(value, 'f', 4, 64)
	}
	return Digits(value)
}

// Table returns the result as rows of cells. The first row has the headings.
func (r *Result) Table() [][]string {
	if r.RowPerMetric {
		return r.metricRows()
	}
	first := r.Contenders[0].Name
	several := len(r.Metrics) > 1
	heading := []string{"program", "median", "least to most"}
	compared := len(r.Contenders) > 1
	if compared {
		heading = append(heading, "ratio to "+first)
	}
	if several {
		heading = slices.Insert(heading, 0, "figure")
	}
	rows := [][]string{heading}
	for _, m := range r.Metrics {
		for _, c := range r.Contenders {
			row := []string{c.Name, "-", ""}
			values, ratio := r.Values(c.Name, m.Name), ""
			switch {
			case len(values) > 0:
				row[1] = strings.TrimSpace(m.format(m.middle(values)) + " " + m.Unit)
				row[2] = m.format(slices.Min(values)) + " to " + m.format(slices.Max(values))
			case r.Failed[c.Name] != nil:
				row[1] = "failed"
			}
			if ratios := r.Ratios(c.Name, first, m.Name); len(ratios) > 0 && m.Unit != "" {
				ratio = Digits(Median(ratios))
			}
			if compared {
				row = append(row, ratio)
			}
			if several {
				row = slices.Insert(row, 0, m.Name)
			}
			rows = append(rows, row)
		}
	}
	return rows
}

// metricRows returns the result with a row for each metric. Its columns are the contenders' medians and, of metrics
// with a unit, the first contender's ratios to the others.
func (r *Result) metricRows() [][]string {
	first, others := r.Contenders[0].Name, r.Contenders[1:]
	compared := slices.ContainsFunc(r.Metrics, func(m Metric) bool { return m.Unit != "" })
	heading := []string{"", first}
	for _, c := range others {
		heading = append(heading, c.Name)
	}
	if compared {
		for _, c := range others {
			heading = append(heading, first+" / "+c.Name)
		}
	}
	rows := [][]string{heading}
	for _, m := range r.Metrics {
		row := []string{m.Name}
		for _, c := range r.Contenders {
			cell := "-"
			if values := r.Values(c.Name, m.Name); len(values) > 0 {
				cell = strings.TrimSpace(Digits(Median(values)) + " " + m.Unit)
			} else if r.Failed[c.Name] != nil {
				cell = "failed"
			}
			row = append(row, cell)
		}
		if compared {
			for _, c := range others {
				cell := ""
				if ratios := r.Ratios(first, c.Name, m.Name); len(ratios) > 0 && m.Unit != "" {
					cell = Digits(Median(ratios))
				}
				row = append(row, cell)
			}
		}
		rows = append(rows, row)
	}
	return rows
}

// Failures returns a line for each contender that failed.
func (r *Result) Failures() []string {
	var lines []string
	for _, c := range r.Contenders {
		if err := r.Failed[c.Name]; err != nil {
			lines = append(lines, fmt.Sprintf("%s failed: %v", c.Name, err))
		}
	}
	return lines
}

// Show prints the result and the verdicts as tables.
func (r *Result) Show(w io.Writer, targets []Target) error {
	_, err := fmt.Fprintf(w, "\n%s (%s)\n", r.Title, r.Name)
	if err != nil {
		return err
	}
	if err := ShowTable(w, r.Table()); err != nil {
		return err
	}
	for _, line := range r.Failures() {
		if _, err := fmt.Fprintln(w, "  "+line); err != nil {
			return err
		}
	}
	var rows [][]string
	for _, v := range r.Judge(targets) {
		rows = append(rows, append([]string{"target"}, v.Row()...))
	}
	return ShowTable(w, rows)
}

// ShowTable prints rows of cells as an aligned table.
func ShowTable(w io.Writer, rows [][]string) error {
	t := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	for _, row := range rows {
		if _, err := fmt.Fprintln(t, "  "+strings.Join(row, "\t")); err != nil {
			return err
		}
	}
	return t.Flush()
}

// Markdown returns rows as a table in Markdown. The first row has the headings.
func Markdown(rows [][]string) string {
	var b strings.Builder
	for i, row := range rows {
		b.WriteString("| " + strings.Join(row, " | ") + " |\n")
		if i == 0 {
			b.WriteString(strings.Repeat("|---", len(row)) + "|\n")
		}
	}
	return b.String()
}
