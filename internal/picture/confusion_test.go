package picture

import (
	"image/color"
	"math"
	"slices"
	"strconv"
	"testing"

	"dnn/internal/report/reporttest"
)

func TestConfusionSays(t *testing.T) {
	c := reporttest.Confusion(t, [][]int{{90, 7}, {0, 1203}}, "setosa", "iris <b> & co")
	got := texts(t, Confusion(c, Light()))
	for _, want := range []string{"predicted class", "true class", "90", "7", "1203", "setosa", "iris <b> & co",
		"right", "wrong", "100 %"} {
		if !slices.Contains(got, want) {
			t.Errorf("%q is missing in %q", want, got)
		}
	}
	if slices.Contains(got, "0") {
		t.Error("a count of 0 is written")
	}
}

// TestConfusionIsNormalized checks that colors show shares of a row: ten times as many samples give the same colors.
func TestConfusionIsNormalized(t *testing.T) {
	c := reporttest.Confusion(t, [][]int{{3, 1}, {10, 30}}, "a", "b")
	light := Light()
	picture := decode(t, Confusion(c, light))
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

// TestConfusionOfManyClasses checks that the picture does not become too large. Small cells have no counts, and nothing
// touches the edges.
func TestConfusionOfManyClasses(t *testing.T) {
	for _, n := range []int{1, 2, 10, 26, 47, 100} {
		counts, names := make([][]int, n), make([]string, n)
		for i := range counts {
			counts[i] = make([]int, n)
			counts[i][i], counts[i][(i+1)%n] = 12, 3
			names[i] = "a class with a rather long name " + strconv.Itoa(i)
		}
		p := Confusion(reporttest.Confusion(t, counts, names...), Light())
		if p.Width > 1600 || p.Height > 1700 {
			t.Errorf("%d classes: %d x %d pixels", n, p.Width, p.Height)
		}
		picture := decode(t, p)
		for x := range p.Width {
			for y := range p.Height {
				edge := x < 2 || y < 2 || x >= p.Width-2 || y >= p.Height-2
				if edge && color.RGBAModel.Convert(picture.At(x, y)) != p.paper {
					t.Fatalf("%d classes: something at the edge, %d, %d", n, x, y)
				}
			}
		}
	}
}

// TestConfusionOfClassThatNeverOccurred checks that the shares of its row, which are NaN, have the color of 0.
func TestConfusionOfClassThatNeverOccurred(t *testing.T) {
	decode(t, Confusion(reporttest.Confusion(t, [][]int{{0, 0}, {1, 0}}, "a", "b"), Dark()))
	decode(t, Confusion(reporttest.Confusion(t, [][]int{{0, 0}, {0, 0}}, "a", "b"), Dark()))
	for _, right := range []bool{true, false} {
		if colors, at := shade(Dark(), math.NaN(), right); colors.at(at) != colors[0] {
			t.Errorf("right %v: wanted the color of 0, found %v", right, colors.at(at))
		}
	}
}
