package report

import (
	"strings"
	"testing"
)

func TestTiles(t *testing.T) {
	tiles := []Tile{
		{Rows: 3, Columns: 2, Pixels: []uint8{0, 255, 130, 0, 255, 254}, Caption: "seven"},
		{Rows: 1, Columns: 1, Pixels: []uint8{255}, Caption: "1"},
	}
	wide := func(columns int) func() int { return func() int { return columns } }
	for name, c := range map[string]struct {
		screen Screen
		want   string
	}{
		"no terminal":      {Screen{Color: true, UTF8: true}, "  @@   @@\n==     1\n@@%%\nseven\n"},
		"no color":         {Screen{Terminal: true, UTF8: true}, "  @@   @@\n==     1\n@@%%\nseven\n"},
		"narrow":           {Screen{Width: wide(8)}, "  @@\n==\n@@%%\nseven\n@@\n1\n"},
		"just wide enough": {Screen{Width: wide(9)}, "  @@   @@\n==     1\n@@%%\nseven\n"},
		"color": {Screen{Terminal: true, Color: true, UTF8: true},
			"\x1b[38;5;16;48;5;244m▀\x1b[38;5;231;48;5;16m▀\x1b[0m     \x1b[38;5;231;48;5;16m▀\x1b[0m\n" +
				"\x1b[38;5;231;48;5;16m▀\x1b[38;5;231;48;5;16m▀\x1b[0m     1\nseven\n"},
	} {
		var b strings.Builder
		WriteTiles(&b, c.screen, tiles)
		if b.String() != c.want {
			t.Errorf("%s: wanted\n%q\nfound\n%q", name, c.want, b.String())
		}
	}
	var b strings.Builder
	if WriteTiles(&b, Screen{}, nil); b.String() != "" {
		t.Errorf("no tiles: found %q", b.String())
	}
}

func TestGray256(t *testing.T) {
	last := 0
	for level := range 256 {
		n := gray256(uint8(level))
		brightness := map[int]int{16: 0, 231: 25}[n]
		if n != 16 && n != 231 {
			brightness = n - 231
		}
		if n != 16 && n < 231 || n > 255 || brightness < last || brightness > last+1 {
			t.Errorf("level %d: color %d after brightness %d", level, n, last)
		}
		last = brightness
	}
	if last != 25 {
		t.Errorf("wanted white at last, found %d", last)
	}
}
