package photo

import (
	"errors"
	"flag"
	"fmt"
	"image"
	"image/png"
	"math/rand/v2"
	"os"
	"path/filepath"
	"testing"

	"dnn/internal/modelfile"
)

var update = flag.Bool("update", false, "write the pictures of docs/photos.md anew, and log its numbers")

// way is a way to make 28x28 bytes of a picture of one digit.
type way struct {
	name string
	do   func(grey, ink *plane) []byte
}

// whole returns the plane reduced to 28x28, whatever is where.
func (p *plane) whole() *plane {
	return p.resampled(tapsOver(0, float64(p.w)/side, side, p.w), tapsOver(0, float64(p.h)/side, side, p.h))
}

// boxed returns a digit in a box whose longer side has so many pixels.
func (p *plane) boxed(longer float64) *plane {
	x0, y0, x1, y1 := p.outline()
	cell := max(x1-x0, y1-y0, 1) / longer
	w, h := max(int((x1-x0)/cell+0.99), 1), max(int((y1-y0)/cell+0.99), 1)
	return p.resampled(tapsOver(x0, cell, w, p.w), tapsOver(y0, cell, h, p.h))
}

// at returns a small plane as an image, its upper left corner at a place.
func (p *plane) placed(left, top int) []byte {
	out := make([]byte, side*side)
	for y := range p.h {
		for x, v := range p.row(y) {
			if lx, ly := left+x, top+y; lx >= 0 && ly >= 0 && lx < side && ly < side {
				out[ly*side+lx] = uint8(min(max(v, 0), 1)*255 + 0.5)
			}
		}
	}
	return out
}

// scaled returns the plane times a number.
func (p *plane) scaled(by float32) *plane {
	q := newPlane(p.w, p.h)
	for i, v := range p.pix {
		q.pix[i] = v * by
	}
	return q
}

// massAt returns a digit in 20x20 with its center of mass near a place.
func massAt(p *plane, center float64) []byte {
	bytes := p.scaled(255).bytes()
	x, y := massOf(bytes, p.w)
	return p.placed(int(center-x+100.5)-100, int(center-y+100.5)-100)
}

// ways are the steps, the first ones first; the last is what Find does.
var ways = []way{
	{"the picture made 28x28, as it is", func(g, _ *plane) []byte { return g.whole().bytes() }},
	{"+ inverted", func(g, _ *plane) []byte { p := g.whole().scaled(1. / 255); return inverted(p).placed(0, 0) }},
	{"+ paper made 0", func(_, ink *plane) []byte { return ink.whole().placed(0, 0) }},
	{"+ cut out, 28 pixels high or wide", func(_, ink *plane) []byte {
		p := ink.boxed(side)
		return p.placed((side-p.w)/2, (side-p.h)/2)
	}},
	{"+ 20 pixels, box in the middle", func(_, ink *plane) []byte {
		p := ink.boxed(inner)
		return p.placed((side-p.w)/2, (side-p.h)/2)
	}},
	{"+ center of mass at 14.0", func(_, ink *plane) []byte { return massAt(ink.boxed(inner), 14) }},
	{"+ center of mass at 14.5", func(_, ink *plane) []byte { return massAt(ink.boxed(inner), center) }},
	{"+ strokes an eighth thick", func(_, ink *plane) []byte { return normalize(ink) }},
}

func inverted(p *plane) *plane {
	q := p.scaled(-1)
	for i := range q.pix {
		q.pix[i]++
	}
	return q
}

// snapshot returns a photo of one digit: written with a thin pen, anywhere on gray paper under uneven light.
func snapshot(r *rand.Rand, pixels []byte) *image.Gray {
	size := 240
	s := sheet{img: image.NewGray(image.Rect(0, 0, size, size))}
	ink, digit := newPlane(size, size), inkOfBytes(pixels)
	for i, v := range digit.pix { // a thinner pen: what is near the edge of the stroke is paper
		digit.pix[i] = max(v*1.7-0.7, 0)
	}
	zoom := 3.5 + 3*r.Float64()
	free := float64(size) - 28*zoom
	s.draw(ink, digit, -float64(size)/2+free*r.Float64(), -float64(size)/2+free*r.Float64(), zoom, 0, 1, 2.5, 0.55+0.3*r.Float64())
	s.light(r, composition{w: size, h: size, paper: 170 + 50*r.Float64(), gradient: 0.3, noise: 3}, ink, newPlane(size, size))
	return s.img
}

// TestFigures writes the pictures of docs/photos.md, if asked to, and logs its numbers: how many of MNIST's first 1,000
// test images are read rightly as snapshots, with each step of Find added to those before.
func TestFigures(t *testing.T) {
	if !*update {
		t.Skip("only with -update")
	}
	d := digits(t)
	read, _ := network(t)
	m, _ := trained()
	const n = 1000
	columns := make([][][]byte, len(ways)+1)
	labels := d.Test.Labels[:n]
	var shown []*plane
	lost := 0
	for i := range n {
		r := rand.New(rand.NewPCG(uint64(i), 3))
		picture := snapshot(r, d.Test.Images[i*side*side:(i+1)*side*side])
		grey := luminance(picture, maxWork)
		f := &finder{grey: grey, scaleX: 1, scaleY: 1}
		digit := f.look(true, true)
		if len(digit) != 1 {
			lost++
		}
		ink := &plane{f.ink.w, f.ink.h, f.ink.pix}
		full := max(quantile(append([]float32(nil), ink.pix...), 0.995), 0.1)
		ink = ink.scaled(1 / full)
		for j, v := range ink.pix {
			if f.ink.pix[j] < f.levels.low {
				v = 0
			}
			ink.pix[j] = min(max(v, 0), 1)
		}
		for j, w := range ways {
			columns[j] = append(columns[j], w.do(grey, ink))
		}
		found := make([]byte, side*side)
		if len(digit) > 0 {
			found = digit[0].Pixels
		}
		columns[len(ways)] = append(columns[len(ways)], found)
		if i < 10 {
			shown = append(shown, grey)
		}
	}
	share := func(k int) float64 { return 100 * float64(k) / n }
	for j, images := range columns {
		name := "Find"
		if j < len(ways) {
			name = ways[j].name
		}
		t.Logf("%-36s %.1f %%", name, share(right(read(images), labels)))
	}
	t.Logf("%d of %d pictures were not one digit", lost, n)
	raw := make([][]byte, n)
	hard, lying := make([][]byte, n), make([][]byte, n)
	for i := range raw {
		raw[i] = d.Test.Images[i*side*side : (i+1)*side*side]
		hard[i], lying[i] = make([]byte, side*side), make([]byte, side*side)
		for j, v := range raw[i] {
			if v > 127 {
				hard[i][j] = 255
			}
			lying[i][j%side*side+side-1-j/side] = v
		}
	}
	t.Logf("MNIST itself %.1f %%, with hard edges %.1f %%, lying on its side %.1f %%, bytes not divided by 255 %.1f %%",
		share(right(read(raw), labels)), share(right(read(hard), labels)), share(right(read(lying), labels)),
		share(right(undivided(t, m)(raw), labels)))
	writeSteps(t, shown, columns)
	writePage(t, d.Test.Images, d.Test.Labels, read)
}

// undivided is the network without the division by 255.
func undivided(t *testing.T, m *modelfile.Model) Reader {
	wrong := *m
	wrong.Scale = 1
	return readerOf(t, &wrong)
}

// writeSteps draws ten snapshots, and below each what the steps make of it.
func writeSteps(t *testing.T, shown []*plane, columns [][][]byte) {
	const zoom, room = 2, 60
	sheet := image.NewGray(image.Rect(0, 0, len(shown)*room, room*(len(ways)+1)))
	for i := range sheet.Pix {
		sheet.Pix[i] = 96
	}
	put := func(x, y int, p *image.Gray) {
		for dy := range p.Rect.Dy() {
			copy(sheet.Pix[sheet.PixOffset(x, y+dy):], p.Pix[dy*p.Stride:dy*p.Stride+p.Rect.Dx()])
		}
	}
	for i, grey := range shown {
		cells := tapsOver(0, float64(grey.w)/56, 56, grey.w)
		put(i*room+2, 2, grey.resampled(cells, cells).gray(0, 255))
		for j := range ways {
			large := image.NewGray(image.Rect(0, 0, side*zoom, side*zoom))
			for k := range large.Pix {
				large.Pix[k] = columns[j][i][k/(side*zoom)/zoom*side+k%(side*zoom)/zoom]
			}
			put(i*room+2, (j+1)*room+2, large)
		}
	}
	writeFigure(t, "steps.png", sheet)
}

// writePage draws a page of digits, as it was taken, and with what was found.
func writePage(t *testing.T, images, labels []byte, read Reader) {
	var from []drawn
	for i := range 500 {
		from = append(from, drawn{inkOfBytes(images[i*side*side : (i+1)*side*side]), int(labels[i])})
	}
	s := compose(rand.New(rand.NewPCG(2, 2)), from, composition{w: 560, h: 280, count: 22, size: 56, paper: 215, sharp: 2.5,
		inkLo: 0.6, noise: 1, gradient: 0.3, shadow: 0.3, ruled: 0.2, degrees: 3})
	page, err := Find(s.img, Options{Read: read, Stages: true})
	if err != nil {
		t.Fatal(err)
	}
	t.Logf("the page: %+v", s.score(page, read))
	writeFigure(t, "page.png", s.img)
	for _, stage := range page.Stages {
		if stage.Name == "digits" || stage.Name == "28x28" {
			writeFigure(t, "page-"+stage.Name+".png", stage.Image)
		}
	}
}

// writeFigure writes a picture of the docs.
func writeFigure(t *testing.T, name string, img image.Image) {
	folder := filepath.Join("..", "..", "docs", "photos")
	err := os.MkdirAll(folder, 0o755)
	if err == nil {
		var f *os.File
		if f, err = os.Create(filepath.Join(folder, name)); err == nil {
			err = errors.Join((&png.Encoder{CompressionLevel: png.BestCompression}).Encode(f, img), f.Close())
		}
	}
	if err != nil {
		t.Fatal(fmt.Errorf("%s: %w", name, err))
	}
}
