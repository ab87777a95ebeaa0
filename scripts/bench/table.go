package main

import (
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"
	"text/tabwriter"
)

// digits returns a measured value with about three significant digits, never in scientific notation above 1e-4.
func digits(x float64) string {
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

// format returns a value of the metric, without its unit.
func (m metric) format(value float64) string {
	if m.unit == "" { // a share
		return strconv.FormatFloat(value, 'f', 4, 64)
	}
	return digits(value)
}

// table returns the result as rows of cells, the headings first.
func (r *result) table() [][]string {
	first := r.contenders[0].name
	several := len(r.metrics) > 1
	heading := []string{"program", "median", "least to most"}
	compared := len(r.contenders) > 1
	if compared {
		heading = append(heading, "ratio to "+first)
	}
	if several {
		heading = slices.Insert(heading, 0, "figure")
	}
	rows := [][]string{heading}
	for _, m := range r.metrics {
		for _, c := range r.contenders {
			row := []string{c.name, "-", ""}
			values, ratio := r.values(c.name, m.name), ""
			switch {
			case len(values) > 0:
				row[1] = strings.TrimSpace(m.format(median(values)) + " " + m.unit)
				row[2] = m.format(slices.Min(values)) + " to " + m.format(slices.Max(values))
			case r.failed[c.name] != nil:
				row[1] = "failed"
			}
			if ratios := r.ratios(c.name, first, m.name); len(ratios) > 0 && m.unit != "" {
				ratio = digits(median(ratios))
			}
			if compared {
				row = append(row, ratio)
			}
			if several {
				row = slices.Insert(row, 0, m.name)
			}
			rows = append(rows, row)
		}
	}
	return rows
}

// failures returns a line for each contender that failed.
func (r *result) failures() []string {
	var lines []string
	for _, c := range r.contenders {
		if err := r.failed[c.name]; err != nil {
			lines = append(lines, fmt.Sprintf("%s failed: %v", c.name, err))
		}
	}
	return lines
}

// show writes the result and the verdicts on it for a person at a terminal.
func (r *result) show(w io.Writer) error {
	_, err := fmt.Fprintf(w, "\n%s (%s)\n", r.title, r.name)
	if err != nil {
		return err
	}
	if err := showTable(w, r.table()); err != nil {
		return err
	}
	for _, line := range r.failures() {
		if _, err := fmt.Fprintln(w, "  "+line); err != nil {
			return err
		}
	}
	var rows [][]string
	for _, v := range r.judge(targets()) {
		rows = append(rows, append([]string{"target"}, v.row()...))
	}
	return showTable(w, rows)
}

func showTable(w io.Writer, rows [][]string) error {
	t := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	for _, row := range rows {
		if _, err := fmt.Fprintln(t, "  "+strings.Join(row, "\t")); err != nil {
			return err
		}
	}
	return t.Flush()
}

// markdown returns rows, the headings first, as a table in Markdown.
func markdown(rows [][]string) string {
	var b strings.Builder
	for i, row := range rows {
		b.WriteString("| " + strings.Join(row, " | ") + " |\n")
		if i == 0 {
			b.WriteString(strings.Repeat("|---", len(row)) + "|\n")
		}
	}
	return b.String()
}
