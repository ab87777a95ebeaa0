package report

import (
	"image"
	"image/color"
	"image/draw"
	"image/png"
	"io"

	"dnn/internal/fault"
)

// The measures of a preview, in pixels.
const (
	previewScale  = 3  // of each image
	previewGap    = 4  // between images, and around all of them
	previewColumn = 16 // between the originals and the others
)

// WritePreview draws a sheet of images as a PNG, ink on paper: each line is an image of rows x cols bytes, 0 being the
// background, and, apart from it, what augmentation made of it in some epochs.
func WritePreview(w io.Writer, rows, cols int, lines [][][]uint8) error {
	const where = "preview of the augmentation"
	widest := 0
	for _, line := range lines {
		widest = max(widest, len(line))
		for _, pixels := range line {
			if len(pixels) != rows*cols {
				return fault.New(fault.Data, where, "wanted images of %d x %d pixels, found one of %d", rows, cols, len(pixels))
			}
		}
	}
	if widest == 0 || rows < 1 || cols < 1 {
		return fault.New(fault.Usage, where, "there is no image to show")
	}
	corner := func(line, i int) image.Point {
		at := image.Pt(previewGap+i*(cols*previewScale+previewGap), previewGap+line*(rows*previewScale+previewGap))
		if i > 0 {
			at.X += previewColumn - previewGap
		}
		return at
	}
	sheet := image.NewGray(image.Rectangle{Max: corner(len(lines), widest)})
	draw.Draw(sheet, sheet.Bounds(), image.NewUniform(color.Gray{Y: 0xdd}), image.Point{}, draw.Src)
	for l, line := range lines {
		for i, pixels := range line {
			at := corner(l, i)
			for p, v := range pixels {
				dot := image.Rect(0, 0, previewScale, previewScale).Add(at).Add(image.Pt(p%cols, p/cols).Mul(previewScale))
				draw.Draw(sheet, dot, image.NewUniform(color.Gray{Y: 255 - v}), image.Point{}, draw.Src)
			}
		}
	}
	encoder := png.Encoder{CompressionLevel: png.BestCompression}
	return encoder.Encode(w, sheet)
}
