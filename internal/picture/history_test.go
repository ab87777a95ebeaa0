package picture

import (
	"bytes"
	"image"
	"image/color"
	"image/png"
	"io"
	"math"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"gonum.org/v1/plot/plotter"

	"dnn/internal/fault"
	"dnn/internal/history"
)

// curves returns a made-up history of n epochs.
func curves(n int, validated bool) history.Epochs {
	var h history.Epochs
	for i := 1; i <= n; i++ {
		f := float64(i)
		e := history.Epoch{Epoch: i, Loss: 0.35/f + 0.01, Accuracy: 1 - 0.1/f, Validated: validated}
		if validated {
			e.ValLoss, e.ValAccuracy = 0.12+0.08/f, 0.977-0.03/f
		}
		h = append(h, e)
	}
	return h
}

func TestWriteHistoryPNG(t *testing.T) {
	training := color.RGBA{R: 0x00, G: 0x72, B: 0xb2, A: 0xff}
	validation := color.RGBA{R: 0xd5, G: 0x5e, B: 0x00, A: 0xff}
	for _, n := range []int{1, 26} {
		for _, validated := range []bool{false, true} {
			var first, second bytes.Buffer
			for _, w := range []io.Writer{&first, &second} {
				if err := WriteHistory(w, "png", curves(n, validated)); err != nil {
					t.Fatalf("%d epochs: %v", n, err)
				}
			}
			if !bytes.Equal(first.Bytes(), second.Bytes()) {
				t.Errorf("%d epochs: the bytes differ the second time", n)
			}
			picture, err := png.Decode(&first)
			if err != nil {
				t.Fatal(err)
			}
			if size := picture.Bounds().Size(); size != image.Pt(1200, 500) {
				t.Errorf("size %v", size)
			}
			for half, area := range map[string]image.Rectangle{
				"loss": image.Rect(0, 50, 600, 500), "accuracy": image.Rect(600, 50, 1200, 500),
			} {
				if !contains(picture, area, training) {
					t.Errorf("%d epochs: no training curve of %s", n, half)
				}
				if got := contains(picture, area, validation); got != validated {
					t.Errorf("%d epochs: validation curve of %s: %v, want %v", n, half, got, validated)
				}
			}
		}
	}
}

// TestLonelyPointHasMark checks that a value between two gaps has a mark even where marks are left out; otherwise it
// would be invisible.
func TestLonelyPointHasMark(t *testing.T) {
	h := curves(maxMarked+1, true)
	for i := range h {
		if i != 10 {
			h[i].ValAccuracy = math.NaN()
		}
	}
	var out bytes.Buffer
	if err := WriteHistory(&out, "png", h); err != nil {
		t.Fatal(err)
	}
	picture, err := png.Decode(&out)
	if err != nil {
		t.Fatal(err)
	}
	if !contains(picture, image.Rect(600, 50, 1200, 500), color.RGBA{R: 0xd5, G: 0x5e, B: 0x00, A: 0xff}) {
		t.Error("a value between two gaps cannot be seen")
	}
}

func TestManyEpochsHaveNoDashes(t *testing.T) {
	for n, dashed := range map[int]bool{maxMarked: true, maxMarked + 1: false} {
		var out bytes.Buffer
		if err := WriteHistory(&out, "svg", curves(n, true)); err != nil {
			t.Fatal(err)
		}
		if got := strings.Contains(out.String(), "stroke-dasharray"); got != dashed {
			t.Errorf("%d epochs: dashes %v, want %v", n, got, dashed)
		}
	}
}

func TestWriteHistorySVG(t *testing.T) {
	var picture bytes.Buffer
	if err := WriteHistory(&picture, "SVG", curves(10, true)); err != nil {
		t.Fatal(err)
	}
	texts := svgTexts(t, picture.Bytes())
	ticks := []string{"1", "2", "3", "4", "5", "6", "7", "8", "9", "10"}
	want := append([]string{"Loss", "Epoch"}, ticks...)
	want = append(want, "0.0", "0.1", "0.2", "0.3", "best epoch (val_loss): 10", "Accuracy", "Epoch")
	want = append(want, ticks...)
	want = append(want, "0.90", "0.92", "0.94", "0.96", "0.98", "1.00", "best epoch (val_loss): 10",
		"training", "validation")
	if diff := cmp.Diff(want, texts); diff != "" {
		t.Errorf("texts (-want +got):\n%s", diff)
	}
}

// TestRatePanel checks that a learning rate is shown if it changes, and takes no room if it does not.
func TestRatePanel(t *testing.T) {
	for _, varies := range []bool{false, true} {
		h := curves(10, true)
		for i := range h {
			h[i].LearningRate = 0.001
		}
		if varies {
			h[9].LearningRate = 0.0001
		}
		var svg, out bytes.Buffer
		if err := WriteHistory(&svg, "svg", h); err != nil {
			t.Fatal(err)
		}
		if got := slices.Contains(svgTexts(t, svg.Bytes()), "Learning rate"); got != varies {
			t.Errorf("varies %v: panel %v", varies, got)
		}
		if err := WriteHistory(&out, "png", h); err != nil {
			t.Fatal(err)
		}
		picture, err := png.Decode(&out)
		if err != nil {
			t.Fatal(err)
		}
		want := image.Pt(1200, 500)
		if varies {
			want.Y = 710
			if !contains(picture, image.Rect(0, 500, 1200, 710), Light().rate) {
				t.Error("no curve of the learning rate")
			}
		}
		if size := picture.Bounds().Size(); size != want {
			t.Errorf("varies %v: size %v, want %v", varies, size, want)
		}
	}
}

// TestBestEpochIsMarked checks that each panel marks the best epoch and names the metric that decides, unless there is
// only one epoch.
func TestBestEpochIsMarked(t *testing.T) {
	for n, want := range map[int]int{1: 0, 2: 2, 200: 2} {
		for figure, validated := range map[string]bool{"val_loss": true, "loss": false} {
			var svg bytes.Buffer
			if err := WriteHistory(&svg, "svg", curves(n, validated)); err != nil {
				t.Fatal(err)
			}
			if got := strings.Count(svg.String(), "best epoch ("+figure+"): "); got != want {
				t.Errorf("%d epochs: %d marks of %s, want %d", n, got, figure, want)
			}
		}
	}
}

func TestWriteHistoryOfDivergedRun(t *testing.T) {
	h := curves(3, true)
	h[1].Loss, h[1].ValLoss, h[2].Loss, h[2].Accuracy = math.NaN(), math.Inf(1), math.Inf(1), math.NaN()
	for _, history := range []history.Epochs{h, h[1:2], {{Epoch: 1, Loss: 1e30, Accuracy: 0}},
		{{Epoch: 1, Accuracy: 1}}} {
		if err := WriteHistory(io.Discard, "png", history); err != nil {
			t.Errorf("%v: %v", history, err)
		}
	}
}

// TestPanels checks that each panel is a drawing with a title, which is not in the picture as well.
func TestPanels(t *testing.T) {
	h := curves(3, true)
	h[2].LearningRate = 0.1
	panels, err := Panels(h, Dark())
	if err != nil {
		t.Fatal(err)
	}
	var titles []string
	for _, p := range panels {
		titles = append(titles, p.Title)
		if found := texts(t, p); slices.Contains(found, p.Title) ||
			!slices.Contains(found, "best epoch (val_loss): 3") {
			t.Errorf("%s: wanted the best epoch and no title, found %q", p.Title, found)
		}
		if size := decode(t, p).Bounds().Size(); size != image.Pt(560, 380) {
			t.Errorf("%s: wanted 560 x 380 pixels, found %v", p.Title, size)
		}
	}
	if diff := cmp.Diff([]string{"Loss", "Accuracy", "Learning rate"}, titles); diff != "" {
		t.Errorf("titles (-want +got):\n%s", diff)
	}
	if _, err := Panels(nil, Light()); err == nil {
		t.Error("panels of no epoch")
	}
}

func TestWriteHistoryRefuses(t *testing.T) {
	if err := WriteHistory(io.Discard, "png", nil); err == nil {
		t.Error("a plot of no epoch")
	}
	if err := WriteHistory(io.Discard, "bmp", curves(1, false)); fault.KindOf(err) != fault.Usage {
		t.Errorf("a plot as bmp: %v", err)
	}
	if err := WriteHistory(brokenWriter{}, "png", curves(1, false)); err == nil {
		t.Error("no error from a writer that fails")
	}
}

func TestFiniteStretches(t *testing.T) {
	nan, inf := math.NaN(), math.Inf(-1)
	for _, test := range []struct {
		values []float64
		want   [][]float64
	}{
		{nil, nil},
		{[]float64{1, 2}, [][]float64{{1, 2}}},
		{[]float64{nan, 1, inf, nan, 2, 3}, [][]float64{{1}, {2, 3}}},
		{[]float64{1, nan}, [][]float64{{1}}},
		{[]float64{nan}, nil},
	} {
		var points plotter.XYs
		for _, y := range test.values {
			points = append(points, plotter.XY{Y: y})
		}
		var got [][]float64
		for _, stretch := range finiteStretches(points) {
			var ys []float64
			for _, p := range stretch {
				ys = append(ys, p.Y)
			}
			got = append(got, ys)
		}
		if diff := cmp.Diff(test.want, got); diff != "" {
			t.Errorf("%v (-want +got):\n%s", test.values, diff)
		}
	}
}
