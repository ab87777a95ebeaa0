package photo

import (
	"image"
	"image/color"
	"math"
	"slices"
	"testing"
)

// stroke draws a line of dark ink that is so many pixels thick.
func stroke(g *image.Gray, from, to image.Point, thick int) {
	d := to.Sub(from)
	steps := max(d.X, -d.X, d.Y, -d.Y)
	for i := range steps + 1 {
		at := from.Add(d.Mul(i).Div(steps))
		for y := range thick {
			for x := range thick {
				g.SetGray(at.X+x, at.Y+y, color.Gray{})
			}
		}
	}
}

// A large digit of a thin pen is made small: its strokes, far below a pixel there, must neither vanish nor tear.
func TestThinStrokes(t *testing.T) {
	draw := func(thick int) []byte {
		g := paper(1000, 1000)
		corners := []image.Point{{300, 60}, {700, 60}, {400, 940}}
		stroke(g, corners[0], corners[1], thick)
		stroke(g, corners[1], corners[2], thick)
		page, err := Find(g, Options{})
		if err != nil || len(page.Digits) != 1 {
			t.Fatalf("%d pixels: %+v, %v", thick, page, err)
		}
		return page.Digits[0].Pixels
	}
	want := draw(60)
	for _, thick := range []int{1, 2, 4, 8, 20} {
		found, off := draw(thick), 0.
		for i, v := range found {
			off += math.Abs(float64(v)-float64(want[i])) / 255
		}
		if most := slices.Max(found); most < 250 || off > 40 {
			t.Errorf("%d pixels: the most ink is %d, and %.1f pixels differ from those of a thick pen", thick, most, off)
		}
	}
}

// Lines of zigzag are wide parts without number: only so many ways to cut them are tried, and none crashes.
func TestManyWideParts(t *testing.T) {
	g := paper(1000, 1000)
	for y := 10; y < 980; y += 18 {
		for x := 5; x < 990; x += 10 {
			stroke(g, image.Pt(x, y), image.Pt(x+5, y+11), 2)
			stroke(g, image.Pt(x+5, y+11), image.Pt(x+10, y), 2)
		}
	}
	tried := 0
	_, err := Find(g, Options{Read: func(images [][]byte) [][]float32 {
		tried += len(images)
		return slices.Repeat([][]float32{{0.9, 0.1}}, len(images))
	}})
	if err != nil || tried == 0 || tried > 2*cutMost {
		t.Errorf("%d pieces were tried, %v", tried, err)
	}
}

// paper returns a white picture.
func paper(w, h int) *image.Gray {
	g := image.NewGray(image.Rect(0, 0, w, h))
	for i := range g.Pix {
		g.Pix[i] = 255
	}
	return g
}

// A digit at the edge of a picture, of whatever size, has a box within it.
func TestBoxesWithinThePicture(t *testing.T) {
	for size := 1025; size < 2048; size++ {
		f := finder{scaleX: float64(size) / maxWork, scaleY: float64(size*3/7) / float64(size*3/7*maxWork/size)}
		all := image.Rect(0, 0, maxWork, size*3/7*maxWork/size)
		if found := f.original(all); found != image.Rect(0, 0, size, size*3/7) {
			t.Errorf("%d x %d: found %v", size, size*3/7, found)
		}
	}
}
