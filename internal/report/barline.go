package report

import (
	"fmt"
	"math"
	"strings"
	"unicode/utf8"
)

const (
	barWidth    = 20 // as in Keras
	minBarWidth = 8  // a narrower bar is left out
)

// Escape sequences, as in Keras.
const (
	bold  = "\x1b[1m"
	green = "\x1b[32m"
	white = "\x1b[37m"
	reset = "\x1b[0m"
)

// barLine is one state of a line with a bar: counter, bar, clock, metrics, sparkline. The first metric follows the
// clock; there is a " - " before each of the others.
type barLine struct {
	counter string   // " 48/480"
	done    float64  // 0 to 1
	clock   string   // "1s"
	metrics []string // "2ms/step", "accuracy: 0.8521"
	spark   string   // "█▅▂▁", or empty
}

// fit returns the line in at most width columns. The bar shrinks and disappears first, then metrics disappear from the
// end.
func (l barLine) fit(width int, color bool) string {
	bar, metrics := barWidth, l.metrics
	if over := l.width(bar, metrics) - width; over > 0 {
		bar -= over
		if bar < minBarWidth {
			bar = 0
		}
	}
	for len(metrics) > 0 && l.width(bar, metrics) > width {
		metrics = metrics[:len(metrics)-1]
	}
	if l.width(bar, metrics) > width {
		return l.counter[:max(0, min(len(l.counter), width))]
	}
	return l.head(bar, metrics, color) + join(metrics)
}

// wrapped returns the line with all its metrics, and with its sparkline if that fits without a break. The line is
// broken before a metric that would exceed width. The sequence erase ends each line of it, to remove what was drawn
// there before.
func (l barLine) wrapped(width int, color bool, erase string) string {
	bar := barWidth
	if l.width(bar, l.metrics[:1]) > width {
		bar = 0
	}
	var b strings.Builder
	b.WriteString(l.head(bar, l.metrics, color) + l.metrics[0])
	column := l.width(bar, l.metrics[:1])
	for _, metric := range l.metrics[1:] {
		piece := " - " + metric
		if column+len(piece) > width {
			indent := strings.Repeat(" ", len(l.counter))
			b.WriteString(erase + "\n" + indent)
			column = len(indent)
		}
		b.WriteString(piece)
		column += len(piece)
	}
	if l.spark != "" && l.width(bar, l.metrics)+1+utf8.RuneCountInString(l.spark) <= width {
		b.WriteString(" " + l.spark)
	}
	b.WriteString(erase)
	return b.String()
}

// width returns how many columns the line takes with a bar of the given width (0: no bar) and the given metrics.
func (l barLine) width(bar int, metrics []string) int {
	return utf8.RuneCountInString(l.head(bar, metrics, false) + join(metrics))
}

// head returns what comes before the metrics, with a space at its end if there are metrics.
func (l barLine) head(bar int, metrics []string, color bool) string {
	paint := func(code, text string) string {
		if !color || text == "" {
			return text
		}
		return code + text + reset
	}
	head := paint(bold, l.counter) + " "
	if bar > 0 {
		done := int(float64(bar) * min(1, l.done))
		rest := "─" // without color, the part to come needs another shape
		if color {
			rest = "━"
		}
		head += paint(green, strings.Repeat("━", done)) + paint(white, strings.Repeat(rest, bar-done)) + " "
	}
	head += paint(bold, l.clock)
	if len(metrics) > 0 {
		head += " "
	}
	return head
}

func join(metrics []string) string { return strings.Join(metrics, " - ") }

// metric returns a name and a value as Keras shows them: with four decimals, or in scientific notation up to 0.001.
func metric(name string, value float64) string {
	switch {
	case math.IsNaN(value):
		return name + ": nan"
	case math.IsInf(value, 0):
		return name + ": " + strings.ToLower(strings.TrimPrefix(fmt.Sprint(value), "+"))
	case math.Abs(value) > 1e-3:
		return fmt.Sprintf("%s: %.4f", name, value)
	}
	return fmt.Sprintf("%s: %.4e", name, value)
}

// formatStepTime returns the time of a step, given in seconds, in whole seconds, milliseconds or microseconds, as Keras
// does.
func formatStepTime(s float64) string {
	switch {
	case s >= 1 || s == 0:
		return fmt.Sprintf("%.0fs/step", s)
	case s >= 1e-3:
		return fmt.Sprintf("%.0fms/step", s*1e3)
	}
	return fmt.Sprintf("%.0fus/step", s*1e6)
}

// formatETA returns the seconds that are left as Keras does: 59s, 1:01, 1:00:01.
func formatETA(s float64) string {
	left := int(s)
	switch {
	case s > 3600:
		return fmt.Sprintf("%d:%02d:%02d", left/3600, left%3600/60, left%60)
	case s > 60:
		return fmt.Sprintf("%d:%02d", left/60, left%60)
	}
	return fmt.Sprintf("%ds", left)
}
