package browser

import (
	"math"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"dnn/internal/interop/chain"
)

// A drawing of any size, place and width of pen becomes an image as MNIST's are, and such an image remains as it is.
func TestNormalize(t *testing.T) {
	path := filepath.Join(t.TempDir(), "page.html")
	dense, _ := random(1)
	c := &chain.Chain{Input: []int{784}, Bytes: true, Steps: []chain.Step{dense(784, 10)}}
	if err := os.WriteFile(path, []byte(page(t, c, "a")), 0o644); err != nil {
		t.Fatal(err)
	}
	seven := func(x, y, size, width float64) [][][3]float64 {
		return [][][3]float64{{{x, y, width}, {x + 0.6*size, y, width}, {x + 0.2*size, y + size, width}}}
	}
	dot := [][][3]float64{{{100, 50, 20}}}
	jobs := []job{
		{Page: path, Strokes: seven(60, 60, 150, 20)},
		{Page: path, Strokes: seven(60, 60, 150, 20), Undo: true},
		{Page: path, Strokes: seven(130, 20, 150, 20)},
		{Page: path, Strokes: seven(20, 20, 75, 10)},
		{Page: path, Strokes: seven(20, 20, 240, 3)},
		{Page: path, Strokes: seven(60, 60, 150, 45)},
		{Page: path, Strokes: dot},
		{Page: path, Width: 280, Height: 280, Bytes: make([]int, 280*280)},
	}
	results := try(t, jobs)
	first := results[0].Image
	if !slices.Equal(first, results[1].Image) {
		t.Error("undo and clear do not restore the drawing")
	}
	if !slices.Equal(first, results[2].Image) {
		t.Error("the place of a drawing matters")
	}
	if d := difference(first, results[3].Image); d > 6 {
		t.Errorf("the size of a drawing matters: pixels differ by %v on average", d)
	}
	var again []job
	for i, r := range results[:7] {
		box, mass, ink := measure(r.Image)
		if max(box[0], box[1]) != 20 {
			t.Errorf("drawing %d: wanted a box with 20 pixels, found %v", i, box)
		}
		if math.Abs(mass[0]-14.5) > 0.5 || math.Abs(mass[1]-14.5) > 0.5 {
			t.Errorf("drawing %d: wanted the center of mass at 14.5, found %v", i, mass)
		}
		// 20 pixels high, 12 wide, and 2.5 thick: 30 pixels long.
		if i == 4 && (ink < 60 || ink > 90) {
			t.Errorf("a thin pen leaves %v pixels of ink", ink)
		}
		again = append(again, job{Page: path, Width: 28, Height: 28, Bytes: r.Image})
	}
	if results[7].Image != nil {
		t.Error("wanted no image of no ink")
	}
	for i, r := range try(t, again) {
		if !slices.Equal(r.Image, results[i].Image) {
			t.Errorf("drawing %d: its image does not remain as it is", i)
		}
	}
}

// measure returns the size of the box of an image's ink, its center of mass, and how many pixels full of ink it has.
func measure(image []int) (box [2]int, mass [2]float64, ink float64) {
	low, high := [2]int{28, 28}, [2]int{0, 0}
	for i, v := range image {
		if v == 0 {
			continue
		}
		for d, at := range [2]int{i % 28, i / 28} {
			low[d], high[d] = min(low[d], at), max(high[d], at+1)
			mass[d] += float64(v) * (float64(at) + 0.5)
		}
		ink += float64(v)
	}
	for d := range box {
		box[d] = high[d] - low[d]
		mass[d] /= ink
	}
	return box, mass, ink / 255
}

func difference(a, b []int) float64 {
	sum := 0.0
	for i := range a {
		sum += math.Abs(float64(a[i] - b[i]))
	}
	return sum / float64(len(a))
}
