package report

import (
	"bytes"
	"image/png"
	"os"
	"path/filepath"
	"testing"

	"dnn/internal/fault"
)

// previewLines is two lines of images of 2 x 3 pixels: one of three, one of two.
func previewLines() [][][]uint8 {
	return [][][]uint8{
		{{0, 255, 0, 0, 128, 0}, {255, 0, 0, 0, 128, 0}, {0, 0, 255, 0, 0, 64}},
		{{255, 255, 255, 0, 0, 0}, {0, 0, 0, 255, 255, 255}},
	}
}

func TestPreview(t *testing.T) {
	var got bytes.Buffer
	if err := WritePreview(&got, 2, 3, previewLines()); err != nil {
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
	if sheet.Bounds() != want.Bounds() {
		t.Fatalf("the sheet is %v, want %v", sheet.Bounds(), want.Bounds())
	}
	for y := range want.Bounds().Max.Y {
		for x := range want.Bounds().Max.X {
			if sheet.At(x, y) != want.At(x, y) {
				t.Fatalf("pixel (%d, %d) is %v, want %v", x, y, sheet.At(x, y), want.At(x, y))
			}
		}
	}
	// The first image's brightest pixel, the gap behind it, and the second line's last.
	for _, c := range []struct{ x, y, gray int }{
		{previewGap + previewScale, previewGap, 0},
		{previewGap + 3*previewScale, previewGap, 0xdd},
		{previewGap + 3*previewScale + previewColumn, previewGap, 0},
		{previewGap, 2*previewGap + 2*previewScale, 0},
		{previewGap, previewGap + previewScale, 255},
	} {
		if r, _, _, _ := sheet.At(c.x, c.y).RGBA(); int(r>>8) != c.gray {
			t.Errorf("pixel (%d, %d) is %d, want %d", c.x, c.y, r>>8, c.gray)
		}
	}
}

func TestPreviewRefuses(t *testing.T) {
	for _, c := range []struct {
		lines [][][]uint8
		want  string
		kind  fault.Kind
	}{
		{nil, "preview of the augmentation: there is no image to show", fault.Usage},
		{[][][]uint8{{}}, "preview of the augmentation: there is no image to show", fault.Usage},
		{[][][]uint8{{make([]uint8, 5)}}, "preview of the augmentation: wanted images of 2 x 3 pixels, found one of 5", fault.Data},
	} {
		err := WritePreview(&bytes.Buffer{}, 2, 3, c.lines)
		if err == nil || err.Error() != c.want || fault.KindOf(err) != c.kind {
			t.Errorf("got %v, want %s", err, c.want)
		}
	}
	if err := WritePreview(brokenWriter{}, 2, 3, previewLines()); err == nil {
		t.Error("no error from a writer that fails")
	}
}
