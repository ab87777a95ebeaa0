package report

import (
	"fmt"
	"io"
	"strings"
	"unicode/utf8"
)

// Tile is a gray image to be shown in a terminal.
type Tile struct {
	Rows, Columns int
	Pixels        []uint8 // [Rows, Columns]; 0 is black
	Caption       string  // a line below it
}

const (
	tileGap = 2            // columns between tiles
	ramp    = " .:-=+*#%@" // from black to white, for screens without colors
)

// WriteTiles shows tiles side by side, as many as fit the width of the screen. In color, a character shows two pixels,
// one above the other, in 26 levels of gray. Elsewhere it shows one in two equal characters, which is about as wide as high.
func WriteTiles(w io.Writer, screen Screen, tiles []Tile) {
	inColor := screen.Terminal && screen.Color && screen.UTF8
	for len(tiles) > 0 {
		width, fit := tiles[0].width(inColor), 1
		for ; fit < len(tiles); fit++ {
			if width += tileGap + tiles[fit].width(inColor); width > screen.columns() {
				break
			}
		}
		writeRow(w, tiles[:fit], inColor)
		tiles = tiles[fit:]
	}
}

// writeRow shows tiles side by side, with their upper edges at the same height.
func writeRow(w io.Writer, tiles []Tile, inColor bool) {
	lines := 0
	blocks := make([][]string, len(tiles))
	for i, t := range tiles {
		blocks[i] = t.lines(inColor)
		lines = max(lines, len(blocks[i]))
	}
	for l := range lines {
		var line strings.Builder
		for i, t := range tiles {
			if i > 0 {
				line.WriteString(strings.Repeat(" ", tileGap))
			}
			if l < len(blocks[i]) {
				line.WriteString(blocks[i][l])
			} else {
				line.WriteString(strings.Repeat(" ", t.width(inColor)))
			}
		}
		_, _ = fmt.Fprintln(w, strings.TrimRight(line.String(), " "))
	}
}

// width returns the width of a tile in characters.
func (t Tile) width(inColor bool) int {
	if inColor {
		return max(t.Columns, utf8.RuneCountInString(t.Caption))
	}
	return max(2*t.Columns, utf8.RuneCountInString(t.Caption))
}

// lines returns the tile and its caption, each line as wide as the tile.
func (t Tile) lines(inColor bool) []string {
	step := 1 // rows of pixels in a line
	if inColor {
		step = 2
	}
	var lines []string
	for r := 0; r < t.Rows; r += step {
		var line strings.Builder
		for c := range t.Columns {
			if inColor {
				fmt.Fprintf(&line, "\x1b[38;5;%d;48;5;%dm▀", gray256(t.at(r, c)), gray256(t.at(r+1, c)))
				continue
			}
			character := ramp[int(t.at(r, c))*(len(ramp)-1)/255]
			line.WriteByte(character)
			line.WriteByte(character)
		}
		columns := 2 * t.Columns
		if inColor {
			line.WriteString("\x1b[0m")
			columns = t.Columns
		}
		line.WriteString(strings.Repeat(" ", t.width(inColor)-columns))
		lines = append(lines, line.String())
	}
	if t.Caption != "" {
		lines = append(lines, t.Caption+strings.Repeat(" ", t.width(inColor)-utf8.RuneCountInString(t.Caption)))
	}
	return lines
}

// at returns a pixel, or black below the last row.
func (t Tile) at(r, c int) uint8 {
	if r >= t.Rows {
		return 0
	}
	return t.Pixels[r*t.Columns+c]
}

// gray256 returns the number of the gray nearest to a level among a terminal's 256 colors: black, 24 levels, white.
func gray256(level uint8) int {
	switch n := (int(level)*25 + 127) / 255; n {
	case 0:
		return 16
	case 25:
		return 231
	default:
		return 231 + n
	}
}
