package picture

import (
	"bytes"
	"image"
	"image/color"
	"image/png"
	"io"
	"math/rand/v2"
	"testing"
)

// What writePNG writes, package image/png reads as the very image, of any size and content.
func TestPNGKeepsPixels(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 2))
	for _, size := range []image.Point{{1, 1}, {3, 1}, {1, 5}, {17, 9}, {300, 200}} {
		for _, colors := range []int{1, 2, 256} {
			drawn := image.NewRGBA(image.Rectangle{Max: size})
			for i := range size.X * size.Y {
				drawn.SetRGBA(i%size.X, i/size.X, color.RGBA{
					uint8(random.IntN(colors)), uint8(random.IntN(colors)), uint8(random.IntN(colors)), 255,
				})
			}
			same(t, drawn)
		}
	}
}

// The same holds for the curves of a run.
func TestPNGKeepsADrawing(t *testing.T) {
	var file bytes.Buffer
	if err := WriteHistory(&file, "png", curves(12, true)); err != nil {
		t.Fatal(err)
	}
	read, err := png.Decode(&file)
	if err != nil {
		t.Fatal(err)
	}
	drawn, ok := read.(*image.RGBA)
	if !ok {
		t.Fatalf("the picture is a %T", read)
	}
	same(t, drawn)
}

// same writes an image with writePNG and compares what is read.
func same(t *testing.T, drawn *image.RGBA) {
	t.Helper()
	var file bytes.Buffer
	if err := writePNG(&file, drawn); err != nil {
		t.Fatal(err)
	}
	read, err := png.Decode(bytes.NewReader(file.Bytes()))
	if err != nil {
		t.Fatal(err)
	}
	if read.Bounds() != drawn.Bounds() {
		t.Fatalf("bounds %v, want %v", read.Bounds(), drawn.Bounds())
	}
	for y := range drawn.Bounds().Dy() {
		for x := range drawn.Bounds().Dx() {
			if got := color.RGBAModel.Convert(read.At(x, y)); got != drawn.RGBAAt(x, y) {
				t.Fatalf("pixel %d, %d is %v, want %v", x, y, got, drawn.RGBAAt(x, y))
			}
		}
	}
}

func BenchmarkWritePNG(b *testing.B) {
	var file bytes.Buffer
	if err := WriteHistory(&file, "png", curves(12, true)); err != nil {
		b.Fatal(err)
	}
	read, err := png.Decode(&file)
	if err != nil {
		b.Fatal(err)
	}
	drawn := read.(*image.RGBA)
	b.Run("up", func(b *testing.B) {
		for b.Loop() {
			if err := writePNG(io.Discard, drawn); err != nil {
				b.Fatal(err)
			}
		}
	})
	b.Run("image/png", func(b *testing.B) {
		for b.Loop() {
			if err := png.Encode(io.Discard, drawn); err != nil {
				b.Fatal(err)
			}
		}
	})
}
