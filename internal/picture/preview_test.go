package picture

import (
	"bytes"
	"flag"
	"image"
	"image/color"
	"image/png"
	"os"
	"path/filepath"
	"testing"

	"dnn/internal/fault"
)

var update = flag.Bool("update", false, "write the picture that dnn itself is the source of")

// examplePreview has two lines of images of 2 x 3 pixels: one of three, one of two.
func examplePreview() Preview {
	return Preview{About: []string{"Images and what becomes of them",
		"augment: {a_setting_that_is_too_long_for_the_sheet: 1}"}, Rows: 2, Cols: 3,
		Lines: [][][]uint8{
			{{0, 255, 0, 0, 128, 0}, {255, 0, 0, 0, 128, 0}, {0, 0, 255, 0, 0, 64}},
			{{255, 255, 255, 0, 0, 0}, {0, 0, 0, 255, 255, 255}},
		}}
}

func TestPreview(t *testing.T) {
	var got bytes.Buffer
	if err := examplePreview().Write(&got); err != nil {
		t.Fatal(err)
	}
	path := filepath.Join("testdata", "preview.png")
	if *update {
		if err := os.WriteFile(path, got.Bytes(), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	f, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	want, err := png.Decode(f)
	if err != nil {
		t.Fatal(err)
	}
	sheet, err := png.Decode(&got)
	if err != nil {
		t.Fatal(err)
	}
	if !sameImage(sheet, want) {
		t.Error("the sheet is not that of testdata/preview.png")
	}
	// The brightest pixel of the first image, the gap after it, and the last pixel of the second row.
	const head, scale = previewGap + 6*previewLine, 18 // five lines of text and one over the columns
	for _, c := range []struct{ x, y, gray int }{
		{previewGap + scale, head, 0},
		{previewGap + 3*scale, head, 0xdd},
		{previewGap + 3*scale + previewColumn, head, 0},
		{previewGap, head + previewGap + 2*scale, 0},
		{previewGap, head + scale, 255},
	} {
		if r, _, _, _ := sheet.At(c.x, c.y).RGBA(); int(r>>8) != c.gray {
			t.Errorf("pixel (%d, %d) is %d, want %d", c.x, c.y, r>>8, c.gray)
		}
	}
}

// TestPreviewSaysWhatItShows checks that other texts, and another number of epochs, give another picture.
func TestPreviewSaysWhatItShows(t *testing.T) {
	p := examplePreview()
	before := p.head(3)
	if p.About[0] = "Images and what comes of them"; sameImage(before, p.head(3)) {
		t.Error("the picture does not show what it is about")
	}
	labels := image.Rect(0, before.Bounds().Dy()-previewLine, before.Bounds().Dx(), before.Bounds().Dy())
	for i := range 3 { // original, epoch 1, epoch 2
		column := image.Rect(p.corner(0, i).X, labels.Min.Y, p.corner(0, i).X+3*p.scale(), labels.Max.Y)
		if !hasText(before, column) {
			t.Errorf("nothing stands over column %d", i)
		}
	}
}

func hasText(picture image.Image, area image.Rectangle) bool {
	for y := area.Min.Y; y < area.Max.Y; y++ {
		for x := area.Min.X; x < area.Max.X; x++ {
			if color.GrayModel.Convert(picture.At(x, y)).(color.Gray).Y < 0x80 {
				return true
			}
		}
	}
	return false
}

func sameImage(a, b image.Image) bool {
	if a.Bounds() != b.Bounds() {
		return false
	}
	for y := range a.Bounds().Max.Y {
		for x := range a.Bounds().Max.X {
			if a.At(x, y) != b.At(x, y) {
				return false
			}
		}
	}
	return true
}

func TestPreviewRefuses(t *testing.T) {
	for _, c := range []struct {
		lines [][][]uint8
		want  string
		kind  fault.Kind
	}{
		{nil, "preview of the augmentation: there is no image to show", fault.Usage},
		{[][][]uint8{{}}, "preview of the augmentation: there is no image to show", fault.Usage},
		{[][][]uint8{{make([]uint8, 5)}}, "preview of the augmentation: wanted images of 2 x 3 pixels, found one of 5",
			fault.Data},
	} {
		err := Preview{Rows: 2, Cols: 3, Lines: c.lines}.Write(&bytes.Buffer{})
		if err == nil || err.Error() != c.want || fault.KindOf(err) != c.kind {
			t.Errorf("got %v, want %s", err, c.want)
		}
	}
	if err := examplePreview().Write(brokenWriter{}); err == nil {
		t.Error("no error from a writer that fails")
	}
}
