package collect

import (
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"dnn/internal/fault"
	"dnn/internal/report"
	"dnn/internal/sweep/folder"
	"dnn/internal/sweep/label"
)

// shown is how many settings are printed unless all are asked for.
const shown = 10

// writeText writes what is there of the sweep, and a table with a line for each of the best settings.
func (s *sweep) writeText(w io.Writer, all bool) error {
	settings := s.settings
	if !all {
		settings = settings[:min(shown, len(settings))]
	}
	rows := [][]string{s.head()}
	for _, one := range settings {
		rows = append(rows, s.row(one))
	}
	var out strings.Builder
	out.WriteString(s.summary() + "\n")
	writeAligned(&out, rows)
	_, err := io.WriteString(w, out.String())
	return err
}

// summary says how many points are there, and how they ended.
func (s *sweep) summary() string {
	line := fmt.Sprintf("%d of %s", len(s.points), fault.Count(s.Settings*s.Seeds, "point"))
	if s.Seeds > 1 {
		line += fmt.Sprintf(" (%s with %d seeds)", fault.Count(s.Settings, "setting"), s.Seeds)
	}
	var ends []string
	for _, status := range []folder.Status{folder.Finished, folder.Stopped, folder.Paused, folder.Diverged, folder.Failed} {
		if n := s.count(status); n > 0 {
			ends = append(ends, fmt.Sprintf("%d %s", n, status))
		}
	}
	return report.OneLine(line + ": " + strings.Join(ends, ", "))
}

// head returns the names of the columns.
func (s *sweep) head() []string {
	var head []string
	if s.Seeds > 1 {
		head = []string{"setting", "seeds", s.metric.Name, "+-", "std"}
	} else {
		head = append([]string{"point"}, s.names...)
	}
	for i, key := range label.Keys(s.Keys) {
		if slices.Contains(head, key) {
			key = s.columns()[3+i]
		}
		head = append(head, key)
	}
	return append(head, "status")
}

// row returns the cells of a setting: with several seeds the mean of the metric, half of its confidence interval and the
// standard deviation.
func (s *sweep) row(one setting) []string {
	first := one.points[0]
	var cells []string
	if s.Seeds > 1 {
		i := one.interval
		decimals := report.DecimalsFor(i.Half)
		cells = []string{
			strconv.Itoa(one.number), fmt.Sprintf("%d/%d", len(one.points), s.Seeds),
			decimal(i.Mean, decimals), decimal(i.Half, decimals), decimal(i.Std, decimals),
		}
	} else {
		cells = []string{strconv.Itoa(first.Point)}
		for _, name := range s.names {
			cells = append(cells, decimal(metricOf(first.Result, name), 4))
		}
	}
	for _, v := range first.values {
		cells = append(cells, v.short())
	}
	return append(cells, s.status(one))
}

// status says how the points of a setting ended, where that is not as usual.
func (s *sweep) status(one setting) string {
	for _, status := range []folder.Status{folder.Failed, folder.Diverged, folder.Stopped, folder.Paused} {
		n, epochs := 0, 0
		for _, p := range one.points {
			if p.Status == status {
				n, epochs = n+1, p.Epochs
			}
		}
		switch {
		case n > 0 && status == folder.Stopped:
			return "stopped after " + fault.Count(epochs, "epoch")
		case n > 0 && s.Seeds > 1:
			return fmt.Sprintf("%d %s", n, status)
		case n > 0:
			return string(status)
		}
	}
	return ""
}

// decimal returns a number with so many decimals; one that there is not is a dash.
func decimal(v float64, decimals int) string {
	if v != v {
		return "-"
	}
	return strconv.FormatFloat(v, 'f', decimals, 64)
}

// short returns the value in a width that leaves room for others; a dash: there is none.
func (v value) short() string {
	if v.kind == none {
		return "-"
	}
	return label.Value(v.text)
}

// writeAligned writes rows as columns, aligned on the right; the last one, of words, is aligned on the left.
func writeAligned(out *strings.Builder, rows [][]string) {
	widths := make([]int, len(rows[0]))
	for _, row := range rows {
		for i, cell := range row {
			widths[i] = max(widths[i], utf8.RuneCountInString(cell))
		}
	}
	for k, row := range rows {
		line := ""
		for i, cell := range row[:len(row)-1] {
			line += strings.Repeat(" ", 2+widths[i]-utf8.RuneCountInString(cell)) + cell
		}
		if last := row[len(row)-1]; k > 0 { // the head has no name for it
			line += "  " + last
		}
		out.WriteString(strings.TrimRight(line, " ") + "\n")
	}
}

// tell says on standard error what was written, and where the best point is.
func (s *sweep) tell(w io.Writer, f files, o Options) {
	if more := len(s.settings) - shown; more > 0 && !o.All {
		report.Message(w, "%s more: --all prints them; all points are in %s", fault.Count(more, s.line()), f.Table)
	} else {
		report.Message(w, "all points are in %s", f.Table)
	}
	best, ok := s.best()
	if !ok {
		report.Message(w, "no point was trained to its end, so there is no best one")
		return
	}
	from := fmt.Sprintf("point %d", best.Point)
	if s.Seeds > 1 {
		from = fmt.Sprintf("setting %d, seed %d (point %d)", best.Setting, best.Seed, best.Point)
	}
	report.Message(w, "%s has the best, %s: %s %.4g; train it with dnn train --config %s", f.Best, from, s.metric.Name,
		best.metric, f.Best)
}

// line is what a line of the table stands for.
func (s *sweep) line() string {
	if s.Seeds > 1 {
		return "setting"
	}
	return "point"
}
