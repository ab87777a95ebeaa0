package picture

import (
	"bytes"
	"encoding/xml"
	"errors"
	"image"
	"image/color"
	"image/png"
	"io"
	"os"
	"strings"
	"testing"

	"dnn/internal/fault"
	"dnn/internal/report/reporttest"
)

func TestDrawingRefuses(t *testing.T) {
	p := Confusion(reporttest.Confusion(t, [][]int{{1}}, "a"), Light())
	if err := p.Write(&bytes.Buffer{}, "gif"); fault.KindOf(err) != fault.Usage {
		t.Errorf("a picture as gif: %v", err)
	}
	for _, format := range []string{"png", "svg"} {
		if err := p.Write(brokenWriter{}, format); err == nil {
			t.Errorf("%s: no error from a writer that fails", format)
		}
	}
}

func TestShorten(t *testing.T) {
	style := textStyle(10, rgb(0), 0, 0)
	for _, width := range []float64{1, 20, 40, 80, 1000} {
		got := shorten("Ankle boot", style, width)
		if got != "…" && textWidth(style, got) > width {
			t.Errorf("%q takes %v of %v pixels", got, textWidth(style, got), width)
		}
	}
	if got := shorten("Ankle boot", style, 1000); got != "Ankle boot" {
		t.Errorf("got %q", got)
	}
	if got := shorten("Ankle boot", style, 48); got != "Ankle…" {
		t.Errorf("got %q", got)
	}
}

// decode writes a picture twice, checks that the bytes are the same, and returns it.
func decode(t *testing.T, p Drawing) image.Image {
	t.Helper()
	var first, second bytes.Buffer
	for _, b := range []*bytes.Buffer{&first, &second} {
		if err := p.Write(b, "png"); err != nil {
			t.Fatal(err)
		}
	}
	if !bytes.Equal(first.Bytes(), second.Bytes()) {
		t.Error("the bytes differ the second time")
	}
	picture, err := png.Decode(&first)
	if err != nil {
		t.Fatal(err)
	}
	if want := image.Pt(p.Width, p.Height); picture.Bounds().Size() != want {
		t.Errorf("size %v, want %v", picture.Bounds().Size(), want)
	}
	return picture
}

// texts returns the texts of a picture.
func texts(t *testing.T, p Drawing) []string {
	t.Helper()
	var b bytes.Buffer
	if err := p.Write(&b, "svg"); err != nil {
		t.Fatal(err)
	}
	return svgTexts(t, b.Bytes())
}

// svgTexts returns the texts in an SVG, which it also parses.
func svgTexts(t *testing.T, svg []byte) (texts []string) {
	t.Helper()
	for d := xml.NewDecoder(bytes.NewReader(svg)); ; {
		token, err := d.Token()
		if errors.Is(err, io.EOF) {
			return texts
		}
		if err != nil {
			t.Fatal(err)
		}
		if data, ok := token.(xml.CharData); ok && strings.TrimSpace(string(data)) != "" {
			texts = append(texts, string(data))
		}
	}
}

// contains says whether a pixel of the area has a color.
func contains(picture image.Image, area image.Rectangle, want color.RGBA) bool {
	for y := area.Min.Y; y < area.Max.Y; y++ {
		for x := area.Min.X; x < area.Max.X; x++ {
			if color.RGBAModel.Convert(picture.At(x, y)) == want {
				return true
			}
		}
	}
	return false
}

// pixels returns how many pixels have a color.
func pixels(picture image.Image, c color.RGBA) (n int) {
	for y := range picture.Bounds().Max.Y {
		for x := range picture.Bounds().Max.X {
			if color.RGBAModel.Convert(picture.At(x, y)) == c {
				n++
			}
		}
	}
	return n
}

// brokenWriter is a writer that always fails.
type brokenWriter struct{}

func (brokenWriter) Write([]byte) (int, error) { return 0, os.ErrClosed }
