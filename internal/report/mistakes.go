package report

import (
	"fmt"
	"image"
	"image/color"
	stddraw "image/draw"
	"io"
	"math"

	"gonum.org/v1/plot/vg/draw"

	"dnn/internal/fault"
)

// Mistakes are images that a network took for another class, in the order in which they are shown: the most confident
// mistakes first, by custom.
type Mistakes struct {
	Rows, Cols int // of each image
	List       []Mistake
}

// Mistake is one image and what the network took it for.
type Mistake struct {
	Index       int     // of the sample in its data set
	Image       []uint8 // [Rows, Cols], 0: background
	True        string  // the names of its class
	Predicted   string  // and of the predicted one
	Probability float64 // that the network gave to the predicted class
}

// The measures of a sheet of mistakes, in pixels.
const (
	sheetColumns = 8
	sheetPitch   = 144 // from one image to the next
	sheetWidest  = 190 // the same where names of classes are long
	sheetImage   = 112 // most of an image's longer side
	sheetLine    = 17  // a line of caption
)

// Write draws a sheet of the images, 8 in a row, as a PNG: ink on paper, with captions such as "4 → 9, 97 %".
func (m Mistakes) Write(w io.Writer) error {
	if len(m.List) == 0 {
		return fault.New(fault.Usage, "sheet of mistakes", "there is no mistake to show")
	}
	if err := m.check(); err != nil {
		return err
	}
	return m.picture(lightTheme()).write(w, "png")
}

// check refuses images of another size than they say.
func (m Mistakes) check() error {
	for _, mistake := range m.List {
		if len(mistake.Image) != m.Rows*m.Cols || m.Rows < 1 || m.Cols < 1 {
			return fault.New(fault.Data, "sheet of mistakes", "wanted %d x %d pixels, found %d in image %d",
				m.Rows, m.Cols, len(mistake.Image), mistake.Index)
		}
	}
	return nil
}

// picture returns the sheet in the colors of t.
func (m Mistakes) picture(t theme) picture {
	scale := max(1, sheetImage/max(m.Rows, m.Cols))
	height, width := m.Rows*scale, m.Cols*scale
	caption := textStyle(10, t.ink, draw.XCenter, draw.YTop)
	pitch, lines := m.pitch(caption, width)
	columns := min(sheetColumns, len(m.List))
	rows := (len(m.List) + columns - 1) / columns
	rowHeight := height + 6 + lines*sheetLine + 14
	corner := func(i int) image.Point {
		return image.Pt(pictureMargin+i%columns*pitch+(pitch-width)/2, pictureMargin+i/columns*rowHeight)
	}
	return picture{
		width: 2*pictureMargin + columns*pitch, height: 2*pictureMargin + rows*rowHeight - 14, paper: t.paper,
		draw: func(p pen) {
			for i, mistake := range m.List {
				at := corner(i)
				x, y := float64(at.X)+float64(width)/2, float64(at.Y+height+6)
				if lines == 1 {
					p.text(x, y, caption, mistake.caption())
					continue
				}
				p.text(x, y, caption, mistake.names(caption, float64(pitch-6)))
				p.text(x, y+sheetLine, caption, percent(mistake.Probability))
			}
		},
		tiles: func(sheet stddraw.Image) {
			for i, mistake := range m.List {
				at := corner(i)
				frame := image.Rect(at.X-1, at.Y-1, at.X+width+1, at.Y+height+1)
				stddraw.Draw(sheet, frame, image.NewUniform(t.gray), image.Point{}, stddraw.Src)
				drawTile(sheet, at, m.tile(mistake), scale)
			}
		},
	}
}

// pitch returns the distance from one image of the given width to the next, and the lines of a caption: one if all captions
// fit so.
func (m Mistakes) pitch(caption draw.TextStyle, width int) (pitch, lines int) {
	const between = 8
	pitch = max(sheetPitch, width+sheetPitch-sheetImage)
	longest, names := 0.0, 0.0
	for _, mistake := range m.List {
		longest = max(longest, textWidth(caption, mistake.caption()))
		names = max(names, textWidth(caption, mistake.names(caption, math.Inf(1))))
	}
	if int(longest)+between <= pitch {
		return pitch, 1
	}
	return max(pitch, min(sheetWidest, int(names)+between+1)), 2
}

// tile returns the image of a mistake as ink on paper.
func (m Mistakes) tile(mistake Mistake) image.Image {
	tile := image.NewGray(image.Rect(0, 0, m.Cols, m.Rows))
	for i, v := range mistake.Image {
		tile.Pix[i] = 255 - v
	}
	return tile
}

// caption returns what is written below an image.
func (m Mistake) caption() string {
	return fmt.Sprintf("%s → %s, %s", m.True, m.Predicted, percent(m.Probability))
}

// names returns the names of both classes, of which the longer are cut to the width in pixels.
func (m Mistake) names(style draw.TextStyle, width float64) string {
	const arrow = " → "
	left, right := textWidth(style, m.True), textWidth(style, m.Predicted)
	room := width - textWidth(style, arrow)
	if left+right > room {
		left, right = max(room-right, min(left, room/2)), max(room-left, min(right, room/2))
	}
	return shorten(m.True, style, left) + arrow + shorten(m.Predicted, style, right)
}

// percent returns a probability in percent, with a decimal where a whole number would claim certainty: 97 %, 99.9 %.
func percent(p float64) string {
	if p >= 0.995 && p < 1 {
		return fmt.Sprintf("%.1f %%", math.Floor(p*1000)/10)
	}
	return fmt.Sprintf("%.0f %%", p*100)
}

// drawTile draws a small image at a corner of a larger one, each of its pixels as a square of scale x scale.
func drawTile(to stddraw.Image, corner image.Point, tile image.Image, scale int) {
	size := tile.Bounds()
	for y := range size.Dy() {
		for x := range size.Dx() {
			square := image.Rect(x*scale, y*scale, (x+1)*scale, (y+1)*scale).Add(corner)
			c := color.RGBAModel.Convert(tile.At(size.Min.X+x, size.Min.Y+y))
			stddraw.Draw(to, square, image.NewUniform(c), image.Point{}, stddraw.Src)
		}
	}
}
