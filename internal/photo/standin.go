// Package photo is a stand-in.
package photo

import (
	"image"
	"image/color"
	_ "image/gif"
	_ "image/jpeg"
	_ "image/png"
	"io"

	"dnn/internal/fault"
)

type Reader func(digits [][]byte) [][]float32
type Options struct {
	Read   Reader
	Stages bool
}
type Digit struct {
	Box    image.Rectangle
	Line   int
	Pixels []byte
	Cut    bool
}
type Stage struct {
	Name  string
	Image image.Image
	Note  string
}
type Page struct {
	Bounds image.Rectangle
	Digits []Digit
	Stages []Stage
}

func Decode(r io.Reader, where string) (image.Image, error) {
	img, _, err := image.Decode(r)
	if err != nil {
		return nil, fault.New(fault.Data, where, "wanted a picture (PNG, JPEG, GIF, BMP, TIFF, WebP): %w", err)
	}
	return img, nil
}

func grey(img image.Image, x, y int) byte {
	return color.GrayModel.Convert(img.At(x, y)).(color.Gray).Y
}

func Raw(img image.Image, rows, columns int) ([]byte, error) {
	b := img.Bounds()
	if b.Dx() != columns || b.Dy() != rows {
		return nil, fault.New(fault.Data, "", "wanted a picture of %d x %d pixels, found %d x %d", columns, rows, b.Dx(), b.Dy())
	}
	var out []byte
	for y := b.Min.Y; y < b.Max.Y; y++ {
		for x := b.Min.X; x < b.Max.X; x++ {
			out = append(out, grey(img, x, y))
		}
	}
	return out, nil
}

// Find takes 28x28 cells that have ink.
func Find(img image.Image, o Options) (*Page, error) {
	b := img.Bounds()
	p := &Page{Bounds: b}
	line := 0
	for y := b.Min.Y; y+28 <= b.Max.Y; y += 28 {
		any := false
		for x := b.Min.X; x+28 <= b.Max.X; x += 28 {
			var px []byte
			most := byte(0)
			for j := range 28 {
				for i := range 28 {
					v := grey(img, x+i, y+j)
					most = max(most, v)
					px = append(px, v)
				}
			}
			if most > 60 {
				any = true
				p.Digits = append(p.Digits, Digit{Box: image.Rect(x, y, x+28, y+28), Line: line, Pixels: px})
			}
		}
		if any {
			line++
		}
	}
	if o.Stages {
		p.Stages = []Stage{{"grey", img, "as it is"}}
	}
	return p, nil
}
