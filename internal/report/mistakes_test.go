package report

import (
	"image"
	"image/color"
	"io"
	"math"
	"testing"

	"github.com/google/go-cmp/cmp"

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

func TestMistakesDrawsPixels(t *testing.T) {
	m := mistakesOf(3, "4", "9")
	p := m.picture(lightTheme())
	sheet := decode(t, p)
	const scale = sheetImage / 4
	for i := range 3 {
		corner := image.Pt(pictureMargin+i*sheetPitch+(sheetPitch-sheetImage)/2, pictureMargin)
		for j, v := range m.List[i].Image {
			want := color.RGBA{R: 255 - v, G: 255 - v, B: 255 - v, A: 255}
			for _, at := range []image.Point{{0, 0}, {scale - 1, scale - 1}} {
				at = at.Add(corner).Add(image.Pt(j%4*scale, j/4*scale))
				if got := color.RGBAModel.Convert(sheet.At(at.X, at.Y)); got != want {
					t.Fatalf("image %d, pixel %d: got %v, want %v", i, j, got, want)
				}
			}
		}
	}
}

func TestMistakesCaptions(t *testing.T) {
	for _, test := range []struct {
		class, predicted string
		want             []string
	}{
		{"4", "9", []string{"4 → 9, 97 %"}},
		{"T-shirt/top", "Ankle boot", []string{"T-shirt/top → Ankle boot", "97 %"}},
		{"a class with a rather long name", "b", []string{"a class with a rather lon… → b", "97 %"}},
	} {
		got := texts(t, mistakesOf(1, test.class, test.predicted).picture(lightTheme()))
		if diff := cmp.Diff(test.want, got); diff != "" {
			t.Errorf("(-want +got):\n%s", diff)
		}
	}
}

// TestMistakesRows: 40 of them are 5 rows of 8, and fewer than a row make no row of full width.
func TestMistakesRows(t *testing.T) {
	full, one := mistakesOf(40, "4", "9").picture(lightTheme()), mistakesOf(8, "4", "9").picture(lightTheme())
	if full.width != one.width {
		t.Errorf("%d pixels wide, want %d", full.width, one.width)
	}
	row := mistakesOf(9, "4", "9").picture(lightTheme()).height - one.height
	if full.height != one.height+4*row {
		t.Errorf("%d pixels high, want %d", full.height, one.height+4*row)
	}
	if p := mistakesOf(1, "4", "9").picture(lightTheme()); p.width >= one.width/4 {
		t.Errorf("one image takes %d pixels", p.width)
	}
}

func TestPercent(t *testing.T) {
	for p, want := range map[float64]string{0: "0 %", 0.5: "50 %", 0.974: "97 %", 0.994: "99 %", 0.9951: "99.5 %", 0.99999: "99.9 %", 1: "100 %"} {
		if got := percent(p); got != want {
			t.Errorf("%v: got %s, want %s", p, got, want)
		}
	}
	if got := percent(math.NaN()); got != "NaN %" {
		t.Errorf("got %s", got)
	}
}

func TestMistakesRefuses(t *testing.T) {
	if err := (Mistakes{Rows: 4, Cols: 4}).Write(io.Discard); fault.KindOf(err) != fault.Usage {
		t.Errorf("no mistakes: %v", err)
	}
	m := mistakesOf(2, "4", "9")
	m.List[1].Image = m.List[1].Image[1:]
	if err := m.Write(io.Discard); fault.KindOf(err) != fault.Data {
		t.Errorf("a pixel is missing: %v", err)
	}
	if err := mistakesOf(1, "4", "9").Write(brokenWriter{}); err == nil {
		t.Error("no error from a writer that fails")
	}
}
