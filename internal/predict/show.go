package predict

import (
	"bytes"
	"image"

	"golang.org/x/image/draw"

	"dnn/internal/photo"
	"dnn/internal/report"
)

// stageColumns is how many pixels wide a stage is shown; in color, a pixel is a column of the terminal.
const stageColumns = 76

// stages draws the picture at each stage of finding digits.
func (t *text) stages(b *bytes.Buffer, page *photo.Page) {
	for _, s := range page.Stages {
		columns := stageColumns
		if !t.screen.Terminal || !t.screen.Color || !t.screen.UTF8 {
			columns /= 2 // a pixel takes two columns there
		}
		size := s.Image.Bounds().Size()
		rows := max(1, (size.Y*columns+size.X/2)/max(size.X, 1))
		small := image.NewGray(image.Rect(0, 0, columns, rows))
		draw.BiLinear.Scale(small, small.Bounds(), s.Image, s.Image.Bounds(), draw.Src, nil)
		tile := report.Tile{Rows: rows, Columns: columns, Pixels: small.Pix}
		b.WriteString(printable(stageTitle(s)) + ":\n")
		report.WriteTiles(b, t.screen, []report.Tile{tile})
		b.WriteByte('\n')
	}
}
