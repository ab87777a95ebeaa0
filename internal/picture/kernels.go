package picture

import (
	"image"
	"image/color"
	"math"
	"slices"

	"dnn/internal/fault"
)

// Kernels is the kernel of a first layer whose inputs are the pixels of an image: a picture of weights for each unit.
type Kernels struct {
	Rows, Cols int       // of the images that are the layer's inputs
	Units      int       // of the layer
	Kernel     []float32 // [Rows*Cols, Units], row-major, as in Keras
}

// The measures of a sheet of kernels, in pixels.
const (
	kernelsWidth = 1248 // at most, unless it has more units than that many pixels hold
	kernelsGap   = 6
	kernelsScale = 4 // most pixels of a weight's side
)

// check refuses a kernel that is not of the shape that it says.
func (k Kernels) check() error {
	if k.Rows < 1 || k.Cols < 1 || k.Units < 1 || len(k.Kernel) != k.Rows*k.Cols*k.Units {
		return fault.New(fault.Data, "picture of the kernel", "wanted %d x %d inputs and %d units, found %d weights",
			k.Rows, k.Cols, k.Units, len(k.Kernel))
	}
	return nil
}

// Limit returns the weight at the ends of the scale of [Kernels.Sheet]: the size that one weight of 500 exceeds, lest a
// few of them make all others pale.
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

// layout returns how many units stand in a row and in a column, so that the sheet is about half as wide again as high,
// and the pixels of a weight's side.
func (k Kernels) layout() (columns, rows, scale int) {
	ideal := math.Sqrt(1.5 * float64(k.Units) * float64(k.Rows+kernelsGap) / float64(k.Cols+kernelsGap))
	columns = min(k.Units, max(1, int(math.Ceil(ideal))))
	rows = (k.Units + columns - 1) / columns
	scale = max(1, min(kernelsScale, (kernelsWidth/columns-kernelsGap)/k.Cols))
	return columns, rows, scale
}

// Sheet draws an image for each unit, row by row, with transparent gaps between them: the weights of its inputs where
// the pixels are. Orange weights are above 0, blue ones below; all units share a scale that is symmetric about 0. A
// kernel that is not of the shape that it says is an error.
//
// A weight is a square of 4 pixels, or of so few that the sheet is at most 1248 pixels wide, but of one at least. There
// are as many units in a row as make the sheet about half as wide again as high.
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

// levels is how many colors of the palette stand for weights below 0, and for weights above it.
const levels = 127

// palette returns a transparent color and, from 1 on, the colors of a scale that is symmetric about the one of 0.
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

// level returns the index in the palette of a number on a scale from -limit to limit. What is no number is shown as 0.
func level(v, limit float64) uint8 {
	if math.IsNaN(v) || limit == 0 {
		return levels + 1
	}
	return uint8(math.Round(levels*max(-1, min(1, v/limit))) + levels + 1)
}
