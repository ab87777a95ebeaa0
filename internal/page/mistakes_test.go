package page

import (
	"image/color"
	"math"
	"testing"

	"dnn/internal/fault"
)

// mistakesOf returns n mistakes between two classes, whose images are their upper left pixel.
func mistakesOf(n int, class, predicted string) Mistakes {
	m := Mistakes{Rows: 4, Cols: 4}
	for i := range n {
		pixels := make([]uint8, 16)
		pixels[0], pixels[6] = 255, 100
		m.List = append(m.List, Mistake{Index: i, Image: pixels, True: class, Predicted: predicted, Probability: 0.97})
	}
	return m
}

// TestMistakesDrawsPixels checks that a tile is dark on light.
func TestMistakesDrawsPixels(t *testing.T) {
	m := mistakesOf(3, "4", "9")
	tile := m.tile(m.List[1])
	for j, v := range m.List[1].Image {
		if got := tile.At(j%4, j/4); got != (color.Gray{Y: 255 - v}) {
			t.Errorf("pixel %d: got %v, want %d", j, got, 255-v)
		}
	}
}

func TestPercent(t *testing.T) {
	for p, want := range map[float64]string{0: "0 %", 0.5: "50 %", 0.974: "97 %", 0.994: "99 %", 0.9951: "99.5 %",
		0.99999: "99.9 %", 1: "100 %"} {
		if got := percent(p); got != want {
			t.Errorf("%v: got %s, want %s", p, got, want)
		}
	}
	if got := percent(math.NaN()); got != "NaN %" {
		t.Errorf("got %s", got)
	}
}

func TestMistakesRefuses(t *testing.T) {
	m := mistakesOf(2, "4", "9")
	if err := m.check(); err != nil {
		t.Error(err)
	}
	m.List[1].Image = m.List[1].Image[1:]
	if err := m.check(); fault.KindOf(err) != fault.Data {
		t.Errorf("a pixel is missing: %v", err)
	}
}
