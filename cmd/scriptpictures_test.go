package cmd_test

import (
	"image"
	"image/color"
	"image/draw"
	"image/png"
	"os"
	"strconv"
	"strings"

	"github.com/rogpeppe/go-internal/testscript"

	"dnn/internal/mnist"
)

// drawimage IDX INDEX FILE writes an image of an IDX file as a PNG, with the same pixels.
func drawImage(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 3 {
		ts.Fatalf("usage: drawimage IDX INDEX FILE")
	}
	images, err := mnist.ReadImages(ts.MkAbs(args[0]))
	ts.Check(err)
	index, err := strconv.Atoi(args[1])
	ts.Check(err)
	writePNG(ts, args[2], imageOf(images, index))
}

// drawpage IDX FILE LINES... writes a PNG of a page, dark on light: each line is the indices of images, as 7,2,1.
func drawPage(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 2 {
		ts.Fatalf("usage: drawpage IDX FILE LINES...")
	}
	images, err := mnist.ReadImages(ts.MkAbs(args[0]))
	ts.Check(err)
	const margin, gap = 20, 16 // pixels, around the page and between lines
	widest := 0
	for _, line := range args[2:] {
		widest = max(widest, 1+strings.Count(line, ","))
	}
	page := image.NewGray(image.Rect(0, 0, 2*margin+widest*images.Width, 2*margin+len(args[2:])*(images.Height+gap)))
	draw.Draw(page, page.Bounds(), image.NewUniform(color.Gray{Y: 235}), image.Point{}, draw.Src)
	for l, line := range args[2:] {
		for i, text := range strings.Split(line, ",") {
			index, err := strconv.Atoi(text)
			ts.Check(err)
			digit := imageOf(images, index)
			for y := range images.Height {
				for x := range images.Width {
					ink := int(digit.GrayAt(x, y).Y)
					page.SetGray(margin+i*images.Width+x, margin+l*(images.Height+gap)+y,
						color.Gray{Y: uint8(235 - ink*4/5)})
				}
			}
		}
	}
	writePNG(ts, args[1], page)
}

// drawpaper FILE SIDE writes a PNG of blank paper.
func drawPaper(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 2 {
		ts.Fatalf("usage: drawpaper FILE SIDE")
	}
	side, err := strconv.Atoi(args[1])
	ts.Check(err)
	paper := image.NewGray(image.Rect(0, 0, side, side))
	draw.Draw(paper, paper.Bounds(), image.NewUniform(color.Gray{Y: 235}), image.Point{}, draw.Src)
	writePNG(ts, args[0], paper)
}

// imageOf returns one image of an IDX file.
func imageOf(images mnist.Images, index int) *image.Gray {
	size := images.Height * images.Width
	return &image.Gray{
		Pix: images.Pixels[index*size:][:size], Stride: images.Width, Rect: image.Rect(0, 0, images.Width, images.Height),
	}
}

func writePNG(ts *testscript.TestScript, path string, picture image.Image) {
	file, err := os.Create(ts.MkAbs(path))
	ts.Check(err)
	ts.Check(png.Encode(file, picture))
	ts.Check(file.Close())
}
