package picture

import (
	"bytes"
	"image"
	"image/color"
	imagedraw "image/draw"
	"image/png"
	"io"
	"strings"

	"git.sr.ht/~sbinet/gg"
	"gonum.org/v1/plot"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
	"gonum.org/v1/plot/vg/vgimg"
	"gonum.org/v1/plot/vg/vgsvg"

	"dnn/internal/fault"
	"dnn/internal/picture/palette"
)

const (
	dpi    = 96 // pixels per inch, as on a web page
	margin = 16 // pixels, at the edges of the paper
)

// Drawing is a picture that can be written in several formats.
type Drawing struct {
	Title         string // empty if the title is part of the drawing
	Width, Height int    // in pixels

	paper color.RGBA
	draw  func(pen)
}

// Write writes the drawing as "png" or "svg". The same drawing gives the same bytes.
func (d Drawing) Write(w io.Writer, format string) error {
	switch strings.ToLower(format) {
	case "png":
		return d.writePNG(w)
	case "svg":
		return d.writeSVG(w)
	}
	return fault.New(fault.Usage, "picture", "wanted the format png or svg, found %q", format)
}

func (d Drawing) writePNG(w io.Writer) error {
	img := image.NewRGBA(image.Rect(0, 0, d.Width, d.Height))
	context := gg.NewContextForRGBA(img) // vgimg would make a second image
	context.SetLineCapButt()
	context.InvertY()
	canvas := vgimg.NewWith(vgimg.UseImageWithContext(img, context), vgimg.UseDPI(dpi))
	imagedraw.Draw(img, img.Rect, image.NewUniform(d.paper), image.Point{}, imagedraw.Src)
	d.draw(pen{draw.New(canvas)})
	// To look longer for what repeats saves few bytes, and takes as long as an epoch of a small network.
	encoder := png.Encoder{CompressionLevel: png.BestSpeed}
	return encoder.Encode(w, palette.Of(img))
}

func (d Drawing) writeSVG(w io.Writer) error {
	canvas := vgsvg.New(px(d.Width), px(d.Height))
	all := pen{draw.New(canvas)}
	all.rect(0, 0, float64(d.Width), float64(d.Height), d.paper)
	d.draw(all)
	var b bytes.Buffer
	if _, err := canvas.WriteTo(&b); err != nil {
		return err
	}
	// Arial has the same widths. A browser that has neither would take a typeface with serifs.
	text := bytes.ReplaceAll(b.Bytes(), []byte("font-family:Liberation Sans;"),
		[]byte("font-family:'Liberation Sans',Arial,Helvetica,sans-serif;"))
	_, err := w.Write(text)
	return err
}

// px returns the length of n pixels.
func px[N int | float64](n N) vg.Length { return vg.Length(n) / dpi * vg.Inch }

// pen draws at positions in pixels from the upper left corner, as in images. gonum's canvas counts points from the
// lower left one.
type pen struct{ draw.Canvas }

// point returns the position of a pixel on the canvas.
func (p pen) point(x, y float64) vg.Point {
	return vg.Point{X: p.Min.X + px(x), Y: p.Max.Y - px(y)}
}

// area returns the canvas of a rectangle of pixels.
func (p pen) area(x, y, width, height float64) draw.Canvas {
	rectangle := vg.Rectangle{Min: p.point(x, y+height), Max: p.point(x+width, y)}
	return draw.Canvas{Canvas: p.Canvas.Canvas, Rectangle: rectangle}
}

// rect fills a rectangle.
func (p pen) rect(x, y, width, height float64, c color.Color) {
	p.SetColor(c)
	p.Fill(p.area(x, y, width, height).Rectangle.Path())
}

// text writes a line of text. The alignments of the style say which point of the text is at x, y.
func (p pen) text(x, y float64, style draw.TextStyle, text string) {
	p.FillText(style, p.point(x, y), text)
}

// textStyle returns the style of text of a size in points; a point is 4/3 of a pixel.
func textStyle(points float64, c color.Color, x draw.XAlignment, y draw.YAlignment) draw.TextStyle {
	return draw.TextStyle{Color: c, Font: sans(points), XAlign: x, YAlign: y, Handler: plot.DefaultTextHandler}
}

// textWidth returns the width of text in pixels.
func textWidth(style draw.TextStyle, text string) float64 {
	return float64(style.Width(text)/vg.Inch) * dpi
}

// shorten returns text, or as much of its beginning as fits the width in pixels with an ellipsis.
func shorten(text string, style draw.TextStyle, width float64) string {
	if textWidth(style, text) <= width {
		return text
	}
	runes := []rune(text)
	for n := len(runes) - 1; n > 0; n-- {
		if short := strings.TrimRight(string(runes[:n]), " ") + "…"; textWidth(style, short) <= width {
			return short
		}
	}
	return "…"
}
