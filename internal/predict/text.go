package predict

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"strings"
	"unicode"

	"dnn/internal/report"
)

// text tells answers to a person, one line each:
//
//	five.png: 5  0.998
//	iris.csv:7: versicolor  0.981
//
// A page gives a line for each of its lines of digits, with the probability of the least sure one:
//
//	page.png: 31415  0.962
//
// With Options.Top or Boxes, each digit of a page has a line.
type text struct {
	w             io.Writer
	screen        report.Screen
	o             Options
	rows, columns int // of an image
}

func (t *text) tell(f found) error {
	var b bytes.Buffer
	if t.o.Show == ShowStages && f.page != nil {
		t.stages(&b, f.page)
	}
	for rest := f.answers; len(rest) > 0; {
		some := rest[:1]
		if f.page != nil && t.o.Top == 1 && !t.o.Boxes {
			some = firstLine(rest)
		}
		rest = rest[len(some):]
		if t.o.Show != "" {
			t.show(&b, some)
		}
		t.line(&b, some)
	}
	_, err := t.w.Write(b.Bytes())
	return err
}

func (t *text) end(context.Context) error { return nil }

// firstLine returns the answers of the first line of a page.
func firstLine(answers []answer) []answer {
	for i, a := range answers {
		if a.digit.Line != answers[0].digit.Line {
			return answers[:i]
		}
	}
	return answers
}

// line tells some answers on one line: a sample, or a line of a page.
func (t *text) line(b *bytes.Buffer, some []answer) {
	var classes strings.Builder
	least := some[0].probability()
	for _, a := range some {
		classes.WriteString(a.class())
		least = min(least, a.probability())
	}
	if t.o.Quiet {
		fmt.Fprintln(b, printable(classes.String()))
		return
	}
	fmt.Fprintf(b, "%s: %s", printable(some[0].name()), printable(classes.String()))
	if t.o.Top == 1 {
		fmt.Fprintf(b, "  %.3f", least)
	} else {
		t.guesses(b, some[0])
	}
	if box := some[0].digit; t.o.Boxes && box != nil {
		fmt.Fprintf(b, "  at %d,%d  %dx%d", box.Box.Min.X, box.Box.Min.Y, box.Box.Dx(), box.Box.Dy())
		if box.Cut {
			b.WriteString("  cut from its neighbor")
		}
	}
	b.WriteByte('\n')
}

// guesses tells the likeliest classes of one sample. The class itself is there already, unless it is ?.
func (t *text) guesses(b *bytes.Buffer, a answer) {
	for i, g := range a.guesses {
		if i > 0 || a.unsure {
			fmt.Fprintf(b, "  %s", printable(g.class))
		}
		fmt.Fprintf(b, "  %.3f", g.probability)
	}
}

// name returns what a sample is called: its file, in a table or an IDX file with its row or what names that.
func (a answer) name() string {
	switch {
	case a.id != "":
		return a.file + ":" + a.id
	case a.row > 0:
		return fmt.Sprintf("%s:%d", a.file, a.row)
	}
	return a.file
}

// show draws the images of some answers, as the network sees them.
func (t *text) show(b *bytes.Buffer, some []answer) {
	var tiles []report.Tile
	for _, a := range some {
		tile := report.Tile{Rows: t.rows, Columns: t.columns, Pixels: a.pixels}
		if len(some) > 1 { // else the line below says it
			tile.Caption = fmt.Sprintf("%s  %.3f", printable(a.class()), a.probability())
		}
		tiles = append(tiles, tile)
	}
	report.WriteTiles(b, t.screen, tiles)
}

// printable returns text as it may be shown on a terminal.
func printable(text string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsControl(r) {
			return unicode.ReplacementChar
		}
		return r
	}, text)
}
