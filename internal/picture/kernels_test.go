package picture

import (
	"image"
	"image/color"
	"math"
	"testing"

	"dnn/internal/fault"
)

// TestKernelsDrawsWeights draws 3 units of 2 x 3 inputs, in rows of 2 units. Unit 1 has one weight above 0, in row 1
// and column 2.
func TestKernelsDrawsWeights(t *testing.T) {
	k := Kernels{Rows: 2, Cols: 3, Units: 3, Kernel: make([]float32, 18)}
	k.Kernel[(1*3+2)*3+1] = 0.5
	k.Kernel[0] = -0.5 // of unit 0, upper left
	light := Light()
	sheet := sheetOf(t, k)
	at := func(unit, row, col int) color.RGBA {
		x := unit%2*(3*kernelsScale+kernelsGap) + col*kernelsScale + 1
		y := unit/2*(2*kernelsScale+kernelsGap) + row*kernelsScale + 1
		return color.RGBAModel.Convert(sheet.At(x, y)).(color.RGBA)
	}
	for unit := range 3 {
		for row := range 2 {
			for col := range 3 {
				want := light.above[0]
				switch [3]int{unit, row, col} {
				case [3]int{1, 1, 2}:
					want = light.above[2]
				case [3]int{0, 0, 0}:
					want = light.below[2]
				}
				if got := at(unit, row, col); got != want {
					t.Errorf("unit %d, row %d, column %d: got %v, want %v", unit, row, col, got, want)
				}
			}
		}
	}
}

func sheetOf(t *testing.T, k Kernels) *image.Paletted {
	t.Helper()
	sheet, err := k.Sheet(Light())
	if err != nil {
		t.Fatal(err)
	}
	return sheet
}

// TestLevelsAreSymmetric checks that v and -v are equally far from the color of 0.
func TestLevelsAreSymmetric(t *testing.T) {
	const zero = levels + 1
	for i := -300; i <= 300; i++ {
		v := float64(i) / 200
		if up, down := int(level(v, 1))-zero, int(level(-v, 1))-zero; up != -down {
			t.Errorf("%v: %d up, %d down", v, up, down)
		}
	}
	for v, want := range map[float64]uint8{0: zero, 1: 2*levels + 1, -1: 1, 9: 2*levels + 1, math.Inf(-1): 1} {
		if got := level(v, 1); got != want {
			t.Errorf("%v: got %d, want %d", v, got, want)
		}
	}
	if level(math.NaN(), 1) != zero || level(0, 0) != zero {
		t.Error("NaN and a scale of nothing are not shown as 0")
	}
	if n := len(Light().palette()); n != 2*levels+2 {
		t.Errorf("%d colors", n)
	}
}

// TestLimitLeavesOutliersOut checks that 1 weight in 500 exceeds the scale.
func TestLimitLeavesOutliersOut(t *testing.T) {
	k := Kernels{Rows: 10, Cols: 10, Units: 10, Kernel: make([]float32, 1000)}
	for i := range k.Kernel {
		k.Kernel[i] = -0.25
	}
	k.Kernel[3], k.Kernel[4] = 100, float32(math.NaN())
	if got := k.Limit(); got != 0.25 {
		t.Errorf("got %v", got)
	}
}

func TestKernelsLayout(t *testing.T) {
	for _, units := range []int{1, 2, 7, 100, 1000, 2500} {
		k := Kernels{Rows: 28, Cols: 28, Units: units, Kernel: make([]float32, 784*units)}
		columns, rows, scale := k.layout()
		if columns*rows < units || columns*(rows-1) >= units {
			t.Errorf("%d units in %d x %d", units, rows, columns)
		}
		if scale < 1 || scale > kernelsScale {
			t.Errorf("%d units: scale %d", units, scale)
		}
		if width := sheetOf(t, k).Rect.Dx(); units <= 1000 && width > 1400 {
			t.Errorf("%d units: %d pixels wide", units, width)
		}
	}
}

func TestKernelsRefuses(t *testing.T) {
	for _, k := range []Kernels{{}, {Rows: 2, Cols: 2, Units: 1, Kernel: make([]float32, 3)},
		{Rows: -1, Cols: -1, Units: 1, Kernel: make([]float32, 1)}} {
		if _, err := k.Sheet(Light()); fault.KindOf(err) != fault.Data {
			t.Errorf("%d x %d x %d: %v", k.Rows, k.Cols, k.Units, err)
		}
	}
}
