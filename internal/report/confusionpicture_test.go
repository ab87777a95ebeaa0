package report

import (
	"bytes"
	"image"
	"image/color"
	"image/png"
	"slices"
	"strconv"
	"testing"

	"dnn/internal/fault"
)

// decode writes a picture twice, holds that the bytes are the same, and returns it.
func decode(t *testing.T, p picture) image.Image {
	t.Helper()
	var first, second bytes.Buffer
	for _, b := range []*bytes.Buffer{&first, &second} {
		if err := p.write(b, "png"); err != nil {
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
	if want := image.Pt(p.width, p.height); picture.Bounds().Size() != want {
		t.Errorf("size %v, want %v", picture.Bounds().Size(), want)
	}
	return picture
}

// texts returns the texts of a picture.
func texts(t *testing.T, p picture) []string {
	t.Helper()
	var b bytes.Buffer
	if err := p.write(&b, "svg"); err != nil {
		t.Fatal(err)
	}
	return svgTexts(t, b.Bytes())
}

// confusionOf returns the table of given counts.
func confusionOf(t *testing.T, counts [][]int, classes ...string) *Confusion {
	t.Helper()
	var labels, predictions []int
	for i, row := range counts {
		for j, n := range row {
			for range n {
				labels, predictions = append(labels, i), append(predictions, j)
			}
		}
	}
	c, err := NewConfusion(labels, predictions, classes)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func TestConfusionPictureSays(t *testing.T) {
	c := confusionOf(t, [][]int{{90, 7}, {0, 1203}}, "setosa", "iris <b> & co")
	got := texts(t, c.picture(lightTheme()))
	for _, want := range []string{"predicted class", "true class", "90", "7", "1203", "setosa", "iris <b> & co", "right", "wrong", "100 %"} {
		if !slices.Contains(got, want) {
			t.Errorf("%q is missing in %q", want, got)
		}
	}
	if slices.Contains(got, "0") {
		t.Error("a count of 0 is written")
	}
}

// TestConfusionPictureIsNormalized holds that colors are shares of a row: ten times the samples are the same colors.
func TestConfusionPictureIsNormalized(t *testing.T) {
	c := confusionOf(t, [][]int{{3, 1}, {10, 30}}, "a", "b")
	light := lightTheme()
	picture := decode(t, c.picture(light))
	for _, want := range []struct {
		share float64
		right bool
	}{{0.75, true}, {0.25, false}} {
		colors, at := shade(light, want.share, want.right)
		if n := pixels(picture, colors.at(at)); n < 2*40*40 { // both rows have such a cell
			t.Errorf("share %v, right %v: %d pixels of that color", want.share, want.right, n)
		}
	}
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

// TestConfusionPictureOfManyClasses: it stays of a size that can be looked at, down to cells without counts, and nothing
// touches its edges.
func TestConfusionPictureOfManyClasses(t *testing.T) {
	for _, n := range []int{1, 2, 10, 26, 47, 100} {
		counts, names := make([][]int, n), make([]string, n)
		for i := range counts {
			counts[i] = make([]int, n)
			counts[i][i], counts[i][(i+1)%n] = 12, 3
			names[i] = "a class with a rather long name " + strconv.Itoa(i)
		}
		p := confusionOf(t, counts, names...).picture(lightTheme())
		if p.width > 1600 || p.height > 1700 {
			t.Errorf("%d classes: %d x %d pixels", n, p.width, p.height)
		}
		picture := decode(t, p)
		for x := range p.width {
			for y := range p.height {
				edge := x < 2 || y < 2 || x >= p.width-2 || y >= p.height-2
				if edge && color.RGBAModel.Convert(picture.At(x, y)) != p.paper {
					t.Fatalf("%d classes: something at the edge, %d, %d", n, x, y)
				}
			}
		}
	}
}

func TestConfusionPictureOfClassThatNeverOccurred(t *testing.T) {
	decode(t, confusionOf(t, [][]int{{0, 0}, {1, 0}}, "a", "b").picture(darkTheme()))
	decode(t, confusionOf(t, [][]int{{0, 0}, {0, 0}}, "a", "b").picture(darkTheme()))
}

func TestPictureRefuses(t *testing.T) {
	p := confusionOf(t, [][]int{{1}}, "a").picture(lightTheme())
	if err := p.write(&bytes.Buffer{}, "gif"); fault.KindOf(err) != fault.Usage {
		t.Errorf("a picture as gif: %v", err)
	}
	for _, format := range []string{"png", "svg"} {
		if err := p.write(brokenWriter{}, format); err == nil {
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
