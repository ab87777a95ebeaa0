package picture

import (
	"image"
	"image/color"
	"image/png"
	"io"

	xdraw "golang.org/x/image/draw"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
	"gonum.org/v1/plot/vg/vgimg"
)

// Reading is a picture with what was read in it.
type Reading struct {
	Image  image.Image
	Bounds image.Rectangle // of Image, to which Marks are relative
	Marks  []Mark
	Stages []Stage // if any, the picture is a sheet of these, and of Image with its marks as the last one
}

// Mark is a place in a picture and the text that was read there.
type Mark struct {
	Box    image.Rectangle
	Text   string
	Unsure bool // drawn in another color, and with a broken line
}

// Stage is a picture on the way to a reading.
type Stage struct {
	Title string
	Image image.Image
}

// The measures of a reading, in pixels.
const (
	readingLeast = 640  // least longer side: a smaller picture is enlarged by a whole number
	readingMost  = 2048 // most of it
	stageSide    = 480  // of a stage, which is made to fit a square
	stageHead    = 24   // above a stage, for its title
	stageGap     = 12   // between stages, and around all of them
	stagesAcross = 3
)

// Write writes the picture as a PNG.
func (g Reading) Write(w io.Writer) error {
	encoder := png.Encoder{CompressionLevel: png.BestSpeed}
	if len(g.Stages) == 0 {
		return encoder.Encode(w, g.marked(readingLeast, readingMost))
	}
	return encoder.Encode(w, g.sheet())
}

// marked returns the picture with its marks. The pixels of its longer side are least or more, and most or fewer.
func (g Reading) marked(least, most int) image.Image {
	size := g.Bounds.Size()
	longer := max(size.X, size.Y, 1)
	scale := 1.0
	switch {
	case longer > most:
		scale = float64(most) / float64(longer)
	case longer < least:
		scale = float64((least + longer - 1) / longer)
	}
	canvas, all := canvasOn(scaled(g.Image, scale))
	longer = max(canvas.Bounds().Dx(), canvas.Bounds().Dy())
	for _, m := range g.Marks {
		all.mark(m, g.Bounds.Min, scale, float64(longer))
	}
	return canvas
}

// canvasOn returns an image that begins as a copy of another one, and a pen that draws on it.
func canvasOn(paper image.Image) (xdraw.Image, pen) {
	size := paper.Bounds().Size()
	canvas := vgimg.NewWith(vgimg.UseWH(px(size.X), px(size.Y)), vgimg.UseDPI(dpi))
	xdraw.Draw(canvas.Image(), canvas.Image().Bounds(), paper, paper.Bounds().Min, xdraw.Src)
	return canvas.Image(), pen{draw.New(canvas)}
}

// scaled returns an image enlarged by a whole number, with pixels as squares, or reduced.
func scaled(from image.Image, scale float64) *image.RGBA {
	size := from.Bounds().Size()
	to := image.NewRGBA(image.Rect(0, 0, max(1, int(float64(size.X)*scale)), max(1, int(float64(size.Y)*scale))))
	var kind xdraw.Scaler = xdraw.ApproxBiLinear
	if scale >= 1 {
		kind = xdraw.NearestNeighbor
	}
	kind.Scale(to, to.Bounds(), from, from.Bounds(), xdraw.Src, nil)
	return to
}

// mark draws a box and, above its left corner, its text. origin is the corner of the picture that the box is relative
// to; longer is the longer side of the paper.
func (p pen) mark(m Mark, origin image.Point, scale, longer float64) {
	light := Light()
	ink, dashes := light.training, []vg.Length(nil)
	if m.Unsure {
		ink, dashes = light.validation, []vg.Length{px(5), px(4)}
	}
	x, y := float64(m.Box.Min.X-origin.X)*scale, float64(m.Box.Min.Y-origin.Y)*scale
	width, height := float64(m.Box.Dx())*scale, float64(m.Box.Dy())*scale
	style := draw.LineStyle{Color: ink, Width: px(max(1.5, longer/600)), Dashes: dashes}
	p.StrokeLines(style, []vg.Point{
		p.point(x, y), p.point(x+width, y), p.point(x+width, y+height), p.point(x, y+height), p.point(x, y),
	})
	pixels := min(max(height*0.4, 14), longer/24, 40)
	label := textStyle(pixels*0.75, color.White, draw.XCenter, draw.YTop)
	wide, high := textWidth(label, m.Text)+pixels*0.5, pixels*1.1
	left, top := x, max(0, y-high)
	p.rect(left, top, wide, high, ink)
	p.text(left+wide/2, top+high*0.1, label, m.Text)
}

// sheet returns all stages and the marked picture, with their titles.
func (g Reading) sheet() image.Image {
	stages := append(append([]Stage(nil), g.Stages...), Stage{Title: "what was read", Image: g.marked(1, readingMost)})
	var tiles []*image.RGBA
	for _, s := range stages {
		size := s.Image.Bounds().Size()
		scale := stageSide / float64(max(size.X, size.Y, 1))
		if scale > 1 {
			scale = float64(int(scale))
		}
		tiles = append(tiles, scaled(s.Image, scale))
	}
	height := stageGap
	for i := 0; i < len(tiles); i += stagesAcross {
		height += stageHead + tallest(tiles[i:min(i+stagesAcross, len(tiles))]) + stageGap
	}
	width := stageGap + min(stagesAcross, len(tiles))*(stageSide+stageGap)
	paper := image.NewRGBA(image.Rect(0, 0, width, height))
	xdraw.Draw(paper, paper.Bounds(), image.NewUniform(previewPaper), image.Point{}, xdraw.Src)
	canvas, all := canvasOn(paper)
	title := textStyle(10.5, color.Black, draw.XLeft, draw.YTop)
	y := stageGap
	for i, tile := range tiles {
		at := image.Pt(stageGap+i%stagesAcross*(stageSide+stageGap), y)
		all.text(float64(at.X), float64(at.Y), title, shorten(stages[i].Title, title, stageSide))
		place := tile.Bounds().Add(at).Add(image.Pt(0, stageHead))
		xdraw.Draw(canvas, place, tile, image.Point{}, xdraw.Src)
		if (i+1)%stagesAcross == 0 {
			y += stageHead + tallest(tiles[i+1-stagesAcross:i+1]) + stageGap
		}
	}
	return canvas
}

// tallest returns the height of the tallest image.
func tallest(images []*image.RGBA) int {
	height := 0
	for _, i := range images {
		height = max(height, i.Bounds().Dy())
	}
	return height
}
