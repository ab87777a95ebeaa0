// Program page draws a page of handwritten digits, as a photo of ruled paper could show it: MNIST's test images in ink,
// on lines, under uneven light. docs/predict.png was made by
//
//	go run ./scripts/page -o page.png 31415926535 8979323846 264338327950
//	dnn predict model.bin page.png --annotate docs/predict.png
//
// Each argument is a line. A digit is the next test image of its class, so the same arguments give the same page.
package main

import (
	"flag"
	"fmt"
	"image"
	"image/color"
	"image/png"
	"io"
	"math"
	"math/rand/v2"
	"os"

	"golang.org/x/image/draw"

	"dnn/internal/atomicfile"
	"dnn/internal/mnist"
)

func main() {
	output := flag.String("o", "page.png", "the PNG `file` to write")
	folder := flag.String("data", "", "`folder` of the data sets (default as for dnn)")
	flag.Parse()
	if err := run(*output, *folder, flag.Args()); err != nil {
		_, _ = fmt.Fprintln(os.Stderr, err) //nolint:forbidigo // this is the program's main.go
		os.Exit(1)                          //nolint:forbidigo // this is the program's main.go
	}
}

// The measures of a page, in pixels.
const (
	side   = 68 // of an image of 28 pixels
	step   = 56 // from a digit to the next
	line   = 84 // from a line to the next
	margin = 40
)

func run(output, dataDir string, lines []string) error {
	set, _ := mnist.Lookup("mnist")
	folder, err := set.Folder(dataDir, os.LookupEnv)
	if err != nil {
		return err
	}
	data, err := mnist.Load(mnist.LoadOptions{Set: set, Folder: folder, TestOnly: true})
	if err != nil {
		return err
	}
	defer func() { _ = data.Close() }()
	widest := 0
	for _, l := range lines {
		widest = max(widest, len(l))
	}
	p := newPage(2*margin+widest*step+side-step, 2*margin+len(lines)*line)
	random := rand.New(rand.NewPCG(1, 1))
	var next [10]int // the test image of each class to begin the search at
	for row, l := range lines {
		p.rule(margin + row*line + side - 6)
		for i, c := range l {
			class := int(c - '0')
			for int(data.Test.Labels[next[class]]) != class {
				next[class]++
			}
			at := image.Pt(margin+i*step+random.IntN(7), margin+row*line+random.IntN(9)-4)
			p.write(data.Test.Images[784*next[class]:][:784], at)
			next[class]++
		}
	}
	return atomicfile.Write(output, func(w io.Writer) error { return png.Encode(w, p.photo()) })
}

// page is how much of the paper's light each point throws back.
type page struct {
	width, height int
	shade         [][3]float64 // red, green and blue, of each point
}

func newPage(width, height int) *page {
	p := &page{width: width, height: height, shade: make([][3]float64, width*height)}
	for i := range p.shade {
		p.shade[i] = [3]float64{0.96, 0.94, 0.89}
	}
	return p
}

// mix covers a point with a color, to the given part.
func (p *page) mix(x, y int, c [3]float64, part float64) {
	if x < 0 || y < 0 || x >= p.width || y >= p.height {
		return
	}
	at := &p.shade[y*p.width+x]
	for i := range at {
		at[i] += (c[i] - at[i]) * part
	}
}

// rule draws a line across the page.
func (p *page) rule(y int) {
	for x := range p.width {
		p.mix(x, y, [3]float64{0.45, 0.62, 0.85}, 0.7)
	}
}

// write writes an image of 28 x 28 pixels in ink.
func (p *page) write(pixels []byte, at image.Point) {
	small := &image.Gray{Pix: pixels, Stride: 28, Rect: image.Rect(0, 0, 28, 28)}
	large := image.NewGray(image.Rect(0, 0, side, side))
	draw.CatmullRom.Scale(large, large.Bounds(), small, small.Bounds(), draw.Src, nil)
	for y := range side {
		for x := range side {
			p.mix(at.X+x, at.Y+y, [3]float64{0.1, 0.13, 0.32}, float64(large.GrayAt(x, y).Y)/255*0.92)
		}
	}
}

// photo returns the page under a lamp at the left, with a shadow across the right lower corner.
func (p *page) photo() image.Image {
	photo := image.NewRGBA(image.Rect(0, 0, p.width, p.height))
	for y := range p.height {
		for x := range p.width {
			across, down := float64(x)/float64(p.width), float64(y)/float64(p.height)
			light := 1 - 0.25*across - 0.1*down
			light -= 0.22 / (1 + math.Exp(-30*(across+0.4*down-1.05)))
			s := p.shade[y*p.width+x]
			photo.SetRGBA(x, y, color.RGBA{
				R: uint8(255 * s[0] * light), G: uint8(255 * s[1] * light), B: uint8(255 * s[2] * light), A: 255,
			})
		}
	}
	return photo
}
