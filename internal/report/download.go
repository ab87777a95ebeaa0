package report

import (
	"fmt"
	"io"
	"time"
	"unicode/utf8"

	"github.com/schollz/progressbar/v3"
)

// Download shows the progress of downloads, one file after another.
type Download interface {
	// Start begins a file of total bytes; total <= 0: not known.
	Start(file string, total int64)
	// Set says that n bytes of the file have arrived, including those of an earlier, interrupted download.
	Set(n int64)
	// Done ends the file, whether it is complete or not. Each Start needs a Done, so that the terminal is left clean.
	Done()
	// Message prints a line, such as one about the next mirror, without disturbing the bar.
	Message(text string)
}

// NewDownload returns a Download that shows a bar for each file on a terminal, with percentage, size, rate and time
// left. On anything else, it prints one line when a file has arrived. A failure to write is ignored. now is the clock
// of these lines; a bar has its own.
func NewDownload(w io.Writer, screen Screen, now func() time.Time) Download {
	if screen.Terminal {
		return &downloadBar{w: w, screen: screen}
	}
	return &downloadLines{w: w, now: now}
}

// FollowDownload returns two functions for a source that only tells how many bytes of which file have arrived; they
// call the methods of d. progress is to be called whenever bytes have arrived, and end once after the last, also after
// a failure. A file ends when done reaches total.
func FollowDownload(d Download) (progress func(file string, done, total int64), end func()) {
	current, open := "", false
	end = func() {
		if open {
			d.Done()
			open = false
		}
	}
	progress = func(file string, done, total int64) {
		if !open || file != current {
			end()
			d.Start(file, total)
			current, open = file, true
		}
		d.Set(done)
		if total > 0 && done >= total {
			end()
		}
	}
	return progress, end
}

// downloadLines is the Download for logs.
type downloadLines struct {
	w        io.Writer
	now      func() time.Time
	file     string
	n, total int64
	start    time.Time
}

func (d *downloadLines) Start(file string, total int64) {
	d.file, d.n, d.total, d.start = file, 0, total, d.now()
}

func (d *downloadLines) Set(n int64) { d.n = n }

func (d *downloadLines) Done() {
	if d.n < d.total {
		Message(d.w, "%s: %s of %s, not finished", d.file, formatSize(d.n), formatSize(d.total))
		return
	}
	Message(d.w, "%s: %s in %.1fs", d.file, formatSize(d.n), d.now().Sub(d.start).Seconds())
}

func (d *downloadLines) Message(text string) { Message(d.w, "%s", text) }

// downloadBar is the Download for a terminal.
type downloadBar struct {
	w      io.Writer
	screen Screen
	bar    *progressbar.ProgressBar // nil between files
	open   bool                     // the cursor is in the line of the bar
}

// statsWidth is the room that the narrowest bar and what follows it take, next to the name of the file.
const statsWidth = minBarWidth + len("  100%  (999 kB/9.9 MB, 999 kB/s) [59s:59s]")

func (d *downloadBar) Start(file string, total int64) {
	if total <= 0 {
		total = -1 // a spinner
	}
	if utf8.RuneCountInString(file)+statsWidth > d.screen.columns() {
		Message(d.w, "%s", file)
		file = ""
	}
	theme := progressbar.Theme{Saucer: "━", SaucerPadding: "─"}
	if d.screen.Color {
		theme = progressbar.Theme{Saucer: "[green]━[reset]", SaucerPadding: "[white]━[reset]"}
	}
	d.bar = progressbar.NewOptions64(total,
		progressbar.OptionSetWriter(d.w),
		progressbar.OptionSetDescription(file),
		progressbar.OptionSetTheme(theme),
		progressbar.OptionEnableColorCodes(d.screen.Color),
		progressbar.OptionSetWidth(barWidth),
		progressbar.OptionShowBytes(true),
		progressbar.OptionShowCount(),
		progressbar.OptionThrottle(redrawPeriod),
		progressbar.OptionSetSpinnerChangeInterval(0), // no goroutine that writes by itself
		progressbar.OptionUseANSICodes(true),
		progressbar.OptionSetRenderBlankState(true),
	)
	d.open = true
}

func (d *downloadBar) Set(n int64) {
	if d.bar != nil {
		_ = d.bar.Set64(n)
		d.open = true
	}
}

func (d *downloadBar) Done() {
	if d.open {
		_, _ = io.WriteString(d.w, "\n")
	}
	d.bar, d.open = nil, false
}

// Message replaces the line of the bar. The next Set draws the bar below.
func (d *downloadBar) Message(text string) {
	if d.open {
		_, _ = io.WriteString(d.w, "\r\x1b[K")
		d.open = false
	}
	Message(d.w, "%s", text)
}

// formatSize returns a number of bytes in units of 1000: 9.9 MB.
func formatSize(n int64) string {
	size, unit := float64(n), "B"
	for _, next := range []string{"kB", "MB", "GB"} {
		if size < 1000 {
			break
		}
		size, unit = size/1000, next
	}
	if unit == "B" {
		return fmt.Sprintf("%d B", n)
	}
	return fmt.Sprintf("%.1f %s", size, unit)
}
