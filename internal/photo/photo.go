// Package photo finds the digits in a picture, and makes of each what MNIST's makers made of theirs: 28x28 bytes.
//
// Decode (in package source) reads a file. Find goes from its picture to its digits, each step in a file of its own:
//
//	source         the luminance, reduced to at most 1024 pixels
//	background.go  what the paper would look like without ink, under uneven light; ink is what differs from it
//	threshold.go   where there is ink: more than half of what is surely ink, and more than noise
//	lines.go       ruled lines, which are erased, also where they cross a digit
//	components.go  connected parts
//	join.go        parts that are one digit; specks, frames and what is no digit are dropped
//	cut.go         digits that touch, which are cut where a network is surest
//	order.go       lines of text, and the order in them
//	normalize.go   strokes of MNIST's thickness, 20x20 pixels, the center of mass where MNIST has it
//
// Slant is left as it is: networks that were trained on MNIST read it, and read digits worse that were straightened.
//
// The package knows no networks and no files. All functions can be called by many goroutines at once.
package photo

import (
	"image"
	"io"

	"dnn/internal/fault"
	"dnn/internal/photo/source"
)

// maxWork is the longer side, in pixels, of the picture in which digits are looked for.
const maxWork = 1024

// Reader is a network: it returns the probability of each class for images of 28x28 bytes. Find calls it from the
// goroutine that it was called from.
type Reader func(digits [][]byte) [][]float32

// Decode reads a picture (PNG, JPEG, GIF, BMP, TIFF or WebP) and returns it upright, as its EXIF orientation says. where
// names it in errors, which are of kind fault.Data; source.Decode says which there are.
func Decode(r io.Reader, where string) (image.Image, error) { return source.Decode(r, where) }

// Options say how to find digits.
type Options struct {
	Read   Reader // cuts digits that touch; nil: they stay together
	Stages bool   // keep what each stage gave
}

// Digit is a digit that was found.
type Digit struct {
	Box    image.Rectangle // in the upright picture's pixels
	Line   int             // of text, from 0
	Pixels []byte          // 28x28 in row-major order, 0 background and 255 ink
	Cut    bool            // whether it touched another digit
}

// Stage is what a stage of Find gave, as a picture.
type Stage struct {
	Name  string // one or two words
	Image image.Image
	Note  string // what was found, in a few words
}

// Page is a picture with digits.
type Page struct {
	Bounds image.Rectangle // of the upright picture
	Digits []Digit         // in reading order: at least one
	Stages []Stage         // nil unless Options asked for them
}

// Find returns the digits of a picture: dark ones on light paper or light ones on dark. A picture of at most 64x64
// pixels is one digit; if it is 28x28 and placed as in MNIST already, its bytes stay as they are. The error, of kind
// fault.Data, says that there is no digit; the page still has the stages.
func Find(img image.Image, o Options) (*Page, error) {
	page := &Page{Bounds: img.Bounds().Sub(img.Bounds().Min)}
	if page.Bounds.Empty() {
		return nil, fault.New(fault.Data, "", "wanted a picture of at least 1x1 pixels, found none")
	}
	f := &finder{options: o, grey: luminance(img, maxWork)}
	f.scaleX = float64(page.Bounds.Dx()) / float64(f.grey.w)
	f.scaleY = float64(page.Bounds.Dy()) / float64(f.grey.h)
	page.Digits = f.find()
	page.Stages = f.stages
	if len(page.Digits) == 0 {
		return page, fault.New(fault.Data, "", "wanted a picture with digits, found no digit in it").
			WithHint("--show=stages shows what was seen at each stage; ink must stand out from its paper")
	}
	return page, nil
}

// Raw returns a picture of the given size as it is: the luminance of each pixel, row by row. A picture of another size
// is refused with a fault.Error that has no place yet.
func Raw(img image.Image, rows, columns int) ([]byte, error) {
	b := img.Bounds()
	if b.Dx() != columns || b.Dy() != rows {
		return nil, fault.New(fault.Data, "", "wanted a picture of %dx%d pixels, found %dx%d", columns, rows, b.Dx(), b.Dy())
	}
	return luminance(img, max(rows, columns)).bytes(), nil
}

// bytes returns the plane's numbers, each rounded to a byte.
func (p *plane) bytes() []byte {
	out := make([]byte, len(p.pix))
	for i, v := range p.pix {
		out[i] = uint8(min(max(v+0.5, 0), 255))
	}
	return out
}
