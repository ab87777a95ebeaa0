package picture

import (
	"image"
	"image/color"
	"testing"
)

// A drawing keeps its colors if a palette has room for them. If not, the frequent one stays, and the others
// become the nearest.
func TestPaletted(t *testing.T) {
	for _, shades := range []int{1, 2, 256, 300, 4000} {
		img := image.NewRGBA(image.Rect(0, 0, 100, 80))
		frequent := color.RGBA{200, 30, 40, 255}
		for i := range 100 * 80 {
			shade := i / 2 % shades // runs of two pixels
			c := color.RGBA{uint8(shade), uint8(shade / 256 * 16), 90, 255}
			if i%5 == 0 || shade == 0 {
				c = frequent
			}
			img.SetRGBA(i%100, i/100, c)
		}
		got := paletted(img)
		if got.Bounds() != img.Bounds() {
			t.Fatalf("%d shades: bounds %v, want %v", shades, got.Bounds(), img.Bounds())
		}
		for y := range 80 {
			for x := range 100 {
				want, found := img.RGBAAt(x, y), got.At(x, y)
				if shades > 256 && want != frequent {
					want = got.Palette.Convert(want).(color.RGBA)
				}
				if found != want {
					t.Fatalf("%d shades: pixel %d, %d is %v, want %v", shades, x, y, found, want)
				}
			}
		}
	}
}
