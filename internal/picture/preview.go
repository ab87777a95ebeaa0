package picture

import (
	"fmt"
	"image"
	"image/color"
	"image/draw"
	"image/png"
	"io"
	"strings"

	plotdraw "gonum.org/v1/plot/vg/draw"
	"gonum.org/v1/plot/vg/vgimg"

	"dnn/internal/fault"
)

// The measures of a preview, in pixels.
const (
	previewScale  = 3  // least side of a pixel of an image
	previewWidth  = 52 // least width of an image, for the text above it
	previewGap    = 4  // between images, and around all of them
	previewColumn = 16 // between the originals and the others
	previewLine   = 19 // height of a line of text
)

// Preview is a sheet of images and of what augmentation makes of them.
type Preview struct {
	About      []string    // paragraphs above the images
	Rows, Cols int         // of each image
	Lines      [][][]uint8 // each an image (0 is the background), then what it became in epochs 1, 2, …
}

// Write draws the sheet as a PNG, with a row for each image, and columns for the originals and for each epoch. A sheet
// without images is an error, and so is an image of another size than Rows and Cols say.
//
// A pixel of an image is a square of 3 pixels, or of more if the image would otherwise be less than 52 pixels wide.
// There are 4 pixels between images.
func (p Preview) Write(w io.Writer) error {
	const where = "preview of the augmentation"
	widest := 0
	for _, line := range p.Lines {
		widest = max(widest, len(line))
		for _, pixels := range line {
			if len(pixels) != p.Rows*p.Cols {
				return fault.New(fault.Data, where, "wanted images of %d x %d pixels, found one of %d",
					p.Rows, p.Cols, len(pixels))
			}
		}
	}
	if widest == 0 || p.Rows < 1 || p.Cols < 1 {
		return fault.New(fault.Usage, where, "there is no image to show")
	}
	head := p.head(widest)
	below := image.Pt(0, head.Bounds().Dy())
	sheet := image.NewGray(image.Rectangle{Max: p.corner(len(p.Lines), widest).Add(below)})
	draw.Draw(sheet, sheet.Bounds(), image.NewUniform(previewPaper), image.Point{}, draw.Src)
	draw.Draw(sheet, head.Bounds(), head, image.Point{}, draw.Src)
	for l, line := range p.Lines {
		for i, pixels := range line {
			at := p.corner(l, i).Add(below)
			for n, v := range pixels {
				dot := image.Rect(0, 0, p.scale(), p.scale()).Add(image.Pt(n%p.Cols, n/p.Cols).Mul(p.scale()))
				draw.Draw(sheet, dot.Add(at), image.NewUniform(color.Gray{Y: 255 - v}), image.Point{}, draw.Src)
			}
		}
	}
	encoder := png.Encoder{CompressionLevel: png.BestCompression}
	return encoder.Encode(w, sheet)
}

// previewPaper is the color behind the images.
var previewPaper = color.Gray{Y: 0xdd}

// scale returns the side of a pixel of an image.
func (p Preview) scale() int { return max(previewScale, (previewWidth+p.Cols-1)/p.Cols) }

// corner returns the upper left corner of an image. The head, which is above all of them, does not count.
func (p Preview) corner(line, i int) image.Point {
	at := image.Pt(previewGap+i*(p.Cols*p.scale()+previewGap), line*(p.Rows*p.scale()+previewGap))
	if i > 0 {
		at.X += previewColumn - previewGap
	}
	return at
}

// head draws what is above the images: About, and a heading for each column.
func (p Preview) head(columns int) image.Image {
	width := p.corner(0, columns).X
	about := textStyle(10.5, color.Black, plotdraw.XLeft, plotdraw.YTop)
	var lines []string
	for _, paragraph := range p.About {
		lines = append(lines, breakText(paragraph, about, float64(width-2*previewGap))...)
	}
	height := previewGap + (len(lines)+1)*previewLine
	size := vgimg.UseWH(px(width), px(height))
	canvas := vgimg.NewWith(size, vgimg.UseDPI(dpi), vgimg.UseBackgroundColor(previewPaper))
	paper := pen{plotdraw.New(canvas)}
	for i, line := range lines {
		line = shorten(line, about, float64(width-2*previewGap))
		paper.text(previewGap, float64(previewGap+i*previewLine), about, line)
	}
	label := textStyle(9, color.Black, plotdraw.XCenter, plotdraw.YTop)
	for i := range columns {
		text := "original"
		if i > 0 {
			text = fmt.Sprintf("epoch %d", i)
		}
		middle := float64(p.corner(0, i).X) + float64(p.Cols*p.scale())/2
		paper.text(middle, float64(previewGap+len(lines)*previewLine), label, text)
	}
	return canvas.Image()
}

// breakText breaks text at its spaces into lines of at most width pixels.
func breakText(text string, style plotdraw.TextStyle, width float64) []string {
	var lines []string
	for _, word := range strings.Fields(text) {
		if n := len(lines); n > 0 && textWidth(style, lines[n-1]+" "+word) <= width {
			lines[n-1] += " " + word
		} else {
			lines = append(lines, word)
		}
	}
	return lines
}
