package picture

import (
	"bytes"
	"image"
	"image/color"
	"image/png"
	"testing"
)

// reading is a gray picture whose corner is not at 0, 0, with one sure and one unsure mark.
func reading(side int) Reading {
	from := image.NewGray(image.Rect(10, 20, 10+side, 20+side))
	for i := range from.Pix {
		from.Pix[i] = 200
	}
	return Reading{
		Image: from, Bounds: from.Bounds(),
		Marks: []Mark{
			{Box: image.Rect(10+side/4, 20+side/4, 10+side/2, 20+side/2), Text: "7"},
			{Box: image.Rect(10+side/2, 20+side*3/4, 10+side*3/4, 20+side), Text: "?", Unsure: true},
		},
	}
}

func TestReading(t *testing.T) {
	for side, want := range map[int]int{28: 28 * 23, 640: 640, 1000: 1000, 2100: 2048} {
		var b, again bytes.Buffer
		if err := reading(side).Write(&b); err != nil {
			t.Fatal(err)
		}
		if err := reading(side).Write(&again); err != nil || !bytes.Equal(b.Bytes(), again.Bytes()) {
			t.Errorf("side %d: the same reading has other bytes, %v", side, err)
		}
		found, err := png.Decode(&b)
		if err != nil {
			t.Fatal(err)
		}
		if size := found.Bounds().Size(); size != image.Pt(want, want) {
			t.Errorf("side %d: wanted %d pixels, found %v", side, want, size)
		}
		light := Light()
		for what, c := range map[string]struct {
			x, y float64 // shares of the side
			want color.Color
		}{
			"paper":               {.1, .1, color.Gray{Y: 200}},
			"right edge":          {.5, .375, light.training},
			"inside":              {.375, .375, color.Gray{Y: 200}},
			"behind the label":    {.252, .248, light.training},
			"behind the question": {.502, .748, light.validation},
		} {
			r, g, b, _ := found.At(int(c.x*float64(want)), int(c.y*float64(want))).RGBA()
			wr, wg, wb, _ := c.want.RGBA()
			if far(r, wr) || far(g, wg) || far(b, wb) {
				t.Errorf("side %d, %s: wanted %v, found %v", side, what, c.want, color.RGBA64{uint16(r), uint16(g), uint16(b), 0})
			}
		}
	}
}

// far reports whether two levels differ by more than what smooth edges make of them.
func far(a, b uint32) bool { return max(a, b)-min(a, b) > 0x4000 }

func TestReadingStages(t *testing.T) {
	one := reading(100)
	for _, size := range []image.Point{{40, 20}, {2000, 10}, {3, 900}} {
		one.Stages = append(one.Stages, Stage{"stage", image.NewGray(image.Rectangle{Max: size})})
	}
	var b bytes.Buffer
	if err := one.Write(&b); err != nil {
		t.Fatal(err)
	}
	found, err := png.Decode(&b)
	if err != nil {
		t.Fatal(err)
	}
	// Three columns of 480 pixels and two rows: the tallest of the first is 480 high, the marked picture 4 x 100.
	if want := image.Pt(12+3*492, 12+24+480+12+24+400+12); found.Bounds().Size() != want {
		t.Errorf("wanted %v, found %v", want, found.Bounds().Size())
	}
}
