package report

import (
	"fmt"
	"math"
	"strings"
	"unicode/utf8"
)

const (
	barWidth    = 20 // of a whole bar, as in Keras
	minBarWidth = 8  // a narrower one is left out
)

// The escape sequences of a line in color, which are Keras's.
const (
	bold  = "\x1b[1m"
	green = "\x1b[32m"
	white = "\x1b[37m"
	reset = "\x1b[0m"
)

// barLine is one state of a line with a bar: counter, bar, clock, and figures, the first of which follows the clock and
// the others a " - ".
type barLine struct {
	counter string   // " 48/480"
	done    float64  // 0 to 1
	clock   string   // "1s"
	figures []string // "2ms/step", "accuracy: 0.8521"
	spark   string   // "█▅▂▁", or empty
}

// fit returns the line in at most width columns: the bar shrinks and disappears, then figures disappear from the end.
func (l barLine) fit(width int, color bool) string {
	bar, figures := barWidth, l.figures
	if over := l.width(bar, figures) - width; over > 0 {
		bar -= over
		if bar < minBarWidth {
			bar = 0
		}
	}
	for len(figures) > 0 && l.width(bar, figures) > width {
		figures = figures[:len(figures)-1]
	}
	if l.width(bar, figures) > width {
		return l.counter[:max(0, min(len(l.counter), width))]
	}
	return l.head(bar, figures, color) + join(figures)
}

// wrapped returns the line with all its figures, broken before one that would exceed width, and with its sparkline if
// that fits without a break. What is left of a broken line is erased with the given sequence, for something else may
// stand there.
func (l barLine) wrapped(width int, color bool, erase string) string {
	bar := barWidth
	if l.width(bar, l.figures[:1]) > width {
		bar = 0
	}
	var b strings.Builder
	b.WriteString(l.head(bar, l.figures, color) + l.figures[0])
	column := l.width(bar, l.figures[:1])
	for _, figure := range l.figures[1:] {
		piece := " - " + figure
		if column+len(piece) > width {
			indent := strings.Repeat(" ", len(l.counter))
			b.WriteString(erase + "\n" + indent)
			column = len(indent)
		}
		b.WriteString(piece)
		column += len(piece)
	}
	if l.spark != "" && l.width(bar, l.figures)+1+utf8.RuneCountInString(l.spark) <= width {
		b.WriteString(" " + l.spark)
	}
	b.WriteString(erase)
	return b.String()
}

// width returns the columns that the line takes with a bar of the given width, 0 for none, and some of its figures.
func (l barLine) width(bar int, figures []string) int {
	return utf8.RuneCountInString(l.head(bar, figures, false) + join(figures))
}

// head returns what comes before the figures, with the space that separates it from them if there are any.
func (l barLine) head(bar int, figures []string, color bool) string {
	paint := func(code, text string) string {
		if !color || text == "" {
			return text
		}
		return code + text + reset
	}
	head := paint(bold, l.counter) + " "
	if bar > 0 {
		done := int(float64(bar) * min(1, l.done))
		rest := "─" // without color the part to come must look different
		if color {
			rest = "━"
		}
		head += paint(green, strings.Repeat("━", done)) + paint(white, strings.Repeat(rest, bar-done)) + " "
	}
	head += paint(bold, l.clock)
	if len(figures) > 0 {
		head += " "
	}
	return head
}

func join(figures []string) string { return strings.Join(figures, " - ") }

// metric returns a name and a value as Keras shows them: four decimals, or scientific notation from 0.001 down.
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

// formatStepTime returns the seconds of a step in whole seconds, milliseconds or microseconds, as Keras does.
func formatStepTime(s float64) string {
	switch {
	case s >= 1 || s == 0:
		return fmt.Sprintf("%.0fs/step", s)
	case s >= 1e-3:
		return fmt.Sprintf("%.0fms/step", s*1e3)
	}
	return fmt.Sprintf("%.0fus/step", s*1e6)
}

// formatETA returns the seconds left as Keras does: 59s, 1:01, 1:00:01.
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
