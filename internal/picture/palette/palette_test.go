package palette

import (
	"image"
	"image/color"
	"testing"
)

// A drawing keeps its colors if a palette has room for them. If not, the frequent one stays, and no other changes so much
// that it shows; a drawing of which that is impossible stays as it is.
func TestOf(t *testing.T) {
	frequent := color.RGBA{200, 30, 40, 255}
	for _, c := range []struct {
		colors   int
		of       func(i int) color.RGBA
		paletted bool
		most     int // the largest change of a channel
	}{
		{0, nil, true, 0}, // nothing but the frequent one
		{1, shadeOf, true, 0},
		{255, shadeOf, true, 0},
		{700, shadeOf, true, 3},
		{4000, spreadOf, false, 0},
		{4500, shadeOf, false, 0},
	} {
		img := image.NewRGBA(image.Rect(0, 0, 200, 80))
		for i := range 200 * 80 {
			of := frequent
			if c.colors > 0 && i%3 != 0 {
				of = c.of(i / 3 % c.colors)
			}
			img.SetRGBA(i%200, i/200, of)
		}
		got := Of(img)
		if p, ok := got.(*image.Paletted); ok != c.paletted || ok && len(p.Palette) != min(c.colors+1, 256) {
			t.Errorf("%d colors: %T, want a palette: %v", c.colors, got, c.paletted)
		}
		if got.Bounds() != img.Bounds() {
			t.Fatalf("%d colors: bounds %v, want %v", c.colors, got.Bounds(), img.Bounds())
		}
		for i := range 200 * 80 {
			want, found := img.RGBAAt(i%200, i/200), color.RGBAModel.Convert(got.At(i%200, i/200)).(color.RGBA)
			for _, d := range []int{int(want.R) - int(found.R), int(want.G) - int(found.G), int(want.B) - int(found.B)} {
				if max(d, -d) > c.most || want == frequent && d != 0 {
					t.Fatalf("%d colors: pixel %d is %v, want %v or at most %d away", c.colors, i, found, want, c.most)
				}
			}
		}
	}
}

// shadeOf returns one of 4,608 shades along three lines between colors, as where a curve is drawn.
func shadeOf(i int) color.RGBA {
	v := uint8(64 + i/24%192)
	return [3]color.RGBA{{v, uint8(i / 3 % 8), 0, 255}, {0, v, uint8(i / 3 % 8), 255}, {uint8(i / 3 % 8), 0, v, 255}}[i%3]
}

// spreadOf returns one of 4,096 colors that are as far from each other as so many can be.
func spreadOf(i int) color.RGBA {
	return color.RGBA{uint8(i % 16 * 17), uint8(i / 16 % 16 * 17), uint8(i / 256 % 16 * 17), 255}
}
