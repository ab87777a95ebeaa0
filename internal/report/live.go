package report

import (
	"fmt"
	"io"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"
)

// Live is a few lines at the end of a terminal that are drawn again and again in place, such as one for each run that
// goes on. Like a bar, it never hides the cursor, so that a killed program leaves the terminal as it was.
type Live struct {
	W      io.Writer
	Screen Screen
	Now    func() time.Time

	lines int       // that are on the screen
	drawn time.Time // when
}

// Due reports whether it is time to draw again: on a terminal, at most 20 times a second.
func (l *Live) Due() bool { return l.Screen.Terminal && l.Now().Sub(l.drawn) >= redrawPeriod }

// Draw replaces the lines by others. What is too long for the screen is cut off.
func (l *Live) Draw(lines []string) {
	if !l.Screen.Terminal {
		return
	}
	var b strings.Builder
	b.WriteString(l.erase())
	width := l.Screen.columns() - 1
	for _, line := range lines {
		runes := []rune(OneLine(line))
		b.WriteString(string(runes[:min(len(runes), width)]) + "\n")
	}
	_, _ = io.WriteString(l.W, b.String()) // progress must not end a run
	l.lines, l.drawn = len(lines), l.Now()
}

// Clear removes the lines.
func (l *Live) Clear() {
	if l.lines > 0 {
		_, _ = io.WriteString(l.W, l.erase())
		l.lines = 0
	}
}

// erase returns what moves to the first line and clears the screen from there.
func (l *Live) erase() string {
	if l.lines == 0 {
		return ""
	}
	return "\r\x1b[" + strconv.Itoa(l.lines) + "A\x1b[J"
}

// Fit joins parts, with a comma between them, into a line of the screen: the first one, and of the others those that fit
// after the ones before them. An ellipsis stands for the rest.
func (l *Live) Fit(parts ...string) string {
	width := l.Screen.columns() - 1
	whole := strings.Join(parts, ", ")
	if len(parts) < 2 || utf8.RuneCountInString(whole) <= width {
		return whole
	}
	line := parts[0]
	for _, part := range parts[1:] {
		if longer := line + ", " + part; utf8.RuneCountInString(longer+", …") <= width {
			line = longer
		}
	}
	return line + ", …"
}

// Left returns in words how long something will take yet: 12s, 3:40, 1:00:01, 3d 7h.
func Left(d time.Duration) string {
	const day = 24 * time.Hour
	if d < day {
		return formatETA(d.Seconds())
	}
	return fmt.Sprintf("%dd %dh", d/day, d%day/time.Hour)
}

// Value returns a metric as tables and lines show it: four decimals, or four digits if it is small.
func Value(v float64) string {
	_, text, _ := strings.Cut(metric("", v), ": ")
	return text
}
