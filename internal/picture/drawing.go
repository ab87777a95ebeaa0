package picture

import (
	"bytes"
	"image/color"
	"image/png"
	"io"
	"strings"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
	"gonum.org/v1/plot/vg/vgimg"
	"gonum.org/v1/plot/vg/vgsvg"

	"dnn/internal/fault"
)

const (
	dpi    = 96 // the pixels of an inch: those of a web page
	margin = 16 // pixels between what is drawn and the edge of the paper
)

// Drawing is something drawn on paper, in no format yet.
type Drawing struct {
	Title         string // what it is of; only a drawing that does not say so itself has one
	Width, Height int    // in pixels

	paper color.RGBA
	draw  func(pen)
}

// Write writes the drawing in a format, "png" or "svg". The same drawing gives the same bytes.
func (d Drawing) Write(w io.Writer, format string) error {
	switch strings.ToLower(format) {
	case "png":
		return d.writePNG(w)
	case "svg":
		return d.writeSVG(w)
	}
	return fault.New(fault.Usage, "picture", "wanted png or svg as its format, found %q", format)
}

func (d Drawing) writePNG(w io.Writer) error {
	canvas := vgimg.NewWith(vgimg.UseWH(px(d.Width), px(d.Height)), vgimg.UseDPI(dpi), vgimg.UseBackgroundColor(d.paper))
	d.draw(pen{draw.New(canvas)})
	return png.Encode(w, canvas.Image())
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
	// Arial has the same widths; a browser without either would set a picture in its serif.
	text := bytes.ReplaceAll(b.Bytes(), []byte("font-family:Liberation Sans;"),
		[]byte("font-family:'Liberation Sans',Arial,Helvetica,sans-serif;"))
	_, err := w.Write(text)
	return err
}

// px returns a length of pixels.
func px[N int | float64](n N) vg.Length { return vg.Length(n) / dpi * vg.Inch }

// pen draws at pixels counted from the upper left corner, as images are, where gonum's canvas counts points upwards.
type pen struct{ draw.Canvas }

// point returns where a pixel is on the canvas.
func (p pen) point(x, y float64) vg.Point {
	return vg.Point{X: p.Min.X + px(x), Y: p.Max.Y - px(y)}
}

// part returns the canvas of a rectangle of pixels.
func (p pen) part(x, y, width, height float64) draw.Canvas {
	return draw.Canvas{Canvas: p.Canvas.Canvas, Rectangle: vg.Rectangle{Min: p.point(x, y+height), Max: p.point(x+width, y)}}
}

// rect fills a rectangle.
func (p pen) rect(x, y, width, height float64, c color.Color) {
	p.SetColor(c)
	area := p.part(x, y, width, height)
	p.Fill(area.Rectangle.Path())
}

// text writes a line of text whose anchor, by the alignment of style, is at a pixel.
func (p pen) text(x, y float64, style draw.TextStyle, text string) {
	p.FillText(style, p.point(x, y), text)
}

// textStyle returns the style of text in a size in points, which is 3/4 of the one in pixels.
func textStyle(points float64, c color.Color, x draw.XAlignment, y draw.YAlignment) draw.TextStyle {
	return draw.TextStyle{Color: c, Font: sans(points), XAlign: x, YAlign: y, Handler: plot.DefaultTextHandler}
}

// textWidth returns the pixels that text takes.
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
