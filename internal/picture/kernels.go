package picture

import (
	"image"
	"image/color"
	"math"
	"slices"

	"dnn/internal/fault"
)

// Kernels are the weights of a first layer whose inputs are the pixels of an image. They are drawn as one image for
// each unit.
type Kernels struct {
	Rows, Cols int       // of the images that are the layer's inputs
	Units      int       // of the layer
	Kernel     []float32 // [Rows*Cols, Units], row-major, as in Keras
}

// The measures of a sheet of kernels, in pixels.
const (
	kernelsWidth = 1248 // the most, unless that is too little for one pixel for each weight
	kernelsGap   = 6    // between units
	kernelsScale = 4    // largest side of a weight
)

// check refuses a kernel of another shape than Rows, Cols and Units say.
func (k Kernels) check() error {
	if k.Rows < 1 || k.Cols < 1 || k.Units < 1 || len(k.Kernel) != k.Rows*k.Cols*k.Units {
		return fault.New(fault.Data, "picture of the kernel", "wanted %d x %d inputs and %d units, found %d weights",
			k.Rows, k.Cols, k.Units, len(k.Kernel))
	}
	return nil
}

// Limit returns the weight at the ends of the color scale of [Kernels.Sheet]. One weight in 500 exceeds it: a scale up
// to the largest would make all others pale.
func (k Kernels) Limit() float64 {
	sizes := make([]float32, 0, len(k.Kernel))
	for _, v := range k.Kernel {
		if f := float64(v); !math.IsNaN(f) && !math.IsInf(f, 0) {
			sizes = append(sizes, max(v, -v))
		}
	}
	if len(sizes) == 0 {
		return 0
	}
	slices.Sort(sizes)
	return float64(sizes[len(sizes)-1-len(sizes)/500])
}

// layout returns the number of columns and rows of units, which make the width of the sheet about 1.5 times its height,
// and the side of a weight in pixels.
func (k Kernels) layout() (columns, rows, scale int) {
	ideal := math.Sqrt(1.5 * float64(k.Units) * float64(k.Rows+kernelsGap) / float64(k.Cols+kernelsGap))
	columns = min(k.Units, max(1, int(math.Ceil(ideal))))
	rows = (k.Units + columns - 1) / columns
	scale = max(1, min(kernelsScale, (kernelsWidth/columns-kernelsGap)/k.Cols))
	return columns, rows, scale
}

// Sheet draws an image for each unit, row by row, with transparent gaps between them: each weight is at the place of
// its pixel. Orange weights are above 0, blue ones below. All units have the same scale, which is symmetric about 0. A
// kernel of another shape than Rows, Cols and Units say is an error.
//
// A weight is a square of up to 4 pixels, so that the sheet is at most 1248 pixels wide, but of at least one. The width
// of the sheet is about 1.5 times its height.
func (k Kernels) Sheet(t Theme) (*image.Paletted, error) {
	if err := k.check(); err != nil {
		return nil, err
	}
	columns, rows, scale := k.layout()
	across, down := k.Cols*scale+kernelsGap, k.Rows*scale+kernelsGap
	limit := k.Limit()
	out := image.NewPaletted(image.Rect(0, 0, columns*across-kernelsGap, rows*down-kernelsGap), t.palette())
	for y := range out.Rect.Max.Y {
		row, inside := y/down*columns, y%down/scale
		if inside >= k.Rows {
			continue // between two rows of units
		}
		for x := range out.Rect.Max.X {
			unit, col := row+x/across, x%across/scale
			if unit < k.Units && col < k.Cols {
				out.Pix[y*out.Stride+x] = level(float64(k.Kernel[(inside*k.Cols+col)*k.Units+unit]), limit)
			}
		}
	}
	return out, nil
}

// levels is the number of colors for weights above 0, and also for those below.
const levels = 127

// palette returns a transparent color and then, from index 1 on, the colors of the scale from the lowest to the highest
// weight.
func (t Theme) palette() color.Palette {
	palette := color.Palette{color.RGBA{}}
	for i := -levels; i <= levels; i++ {
		colors := t.above
		if i < 0 {
			colors = t.below
		}
		palette = append(palette, colors.at(math.Abs(float64(i))/levels))
	}
	return palette
}

// level returns the index in the palette of a value on a scale from -limit to limit. A NaN is shown as 0.
func level(v, limit float64) uint8 {
	if math.IsNaN(v) || limit == 0 {
		return levels + 1
	}
	return uint8(math.Round(levels*max(-1, min(1, v/limit))) + levels + 1)
}
