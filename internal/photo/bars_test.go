package photo

import (
	"bytes"
	"errors"
	"fmt"
	"image"
	"image/png"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"sync/atomic"
	"testing"
)

// grayOf returns an image of MNIST as a picture.
func grayOf(pixels []byte) *image.Gray {
	return &image.Gray{Pix: pixels, Stride: side, Rect: image.Rect(0, 0, side, side)}
}

// TestNormalStaysNormal tests that MNIST's images stay as they are, white on black and black on white, but for the 19
// whose longer side is not 20 pixels.
func TestNormalStaysNormal(t *testing.T) {
	if testing.Short() {
		t.Skip("140,000 pictures")
	}
	d := digits(t)
	var same, sameInverted atomic.Int32
	for _, images := range [][]byte{d.Train.Images, d.Test.Images} {
		spread(len(images)/(side*side), func(lo, hi int) {
			for i := lo; i < hi; i++ {
				pixels := images[i*side*side : (i+1)*side*side]
				inverted := make([]byte, len(pixels))
				for j, v := range pixels {
					inverted[j] = 255 - v
				}
				for picture, count := range map[*image.Gray]*atomic.Int32{
					grayOf(pixels): &same, grayOf(inverted): &sameInverted,
				} {
					page, err := Find(picture, Options{})
					if err == nil && len(page.Digits) == 1 && slices.Equal(page.Digits[0].Pixels, pixels) {
						count.Add(1)
					}
				}
			}
		})
	}
	if same.Load() < 69_981 || sameInverted.Load() < 69_981 {
		t.Errorf("wanted at least 69981 of 70000 images unchanged, found %d, and %d inverted", same.Load(), sameInverted.Load())
	}
}

// TestAccuracyOfPictures tests that MNIST's test images as PNG files are read as well as they are as bytes.
func TestAccuracyOfPictures(t *testing.T) {
	d := digits(t)
	read, _ := network(t)
	n := len(d.Test.Labels)
	if testing.Short() {
		n = 1000
	}
	raw, found := make([][]byte, n), make([][]byte, n)
	var wrong atomic.Int32
	spread(n, func(lo, hi int) {
		for i := lo; i < hi; i++ {
			raw[i] = d.Test.Images[i*side*side : (i+1)*side*side]
			found[i] = make([]byte, side*side)
			var file bytes.Buffer
			if err := (&png.Encoder{CompressionLevel: png.BestSpeed}).Encode(&file, grayOf(raw[i])); err != nil {
				t.Error(err)
			}
			img, err := Decode(&file, "digit.png")
			if err != nil {
				t.Error(err)
				continue
			}
			if page, err := Find(img, Options{}); err == nil && len(page.Digits) == 1 {
				found[i] = page.Digits[0].Pixels
			} else {
				wrong.Add(1)
			}
		}
	})
	before, after := right(read(raw), d.Test.Labels[:n]), right(read(found), d.Test.Labels[:n])
	t.Logf("%d of %d right as bytes, %d as pictures", before, n, after)
	if after < before-n/1000 || wrong.Load() > 0 {
		t.Errorf("%d right as bytes, %d as pictures; %d pictures were not one digit", before, after, wrong.Load())
	}
}

// right counts the classes that are the labels.
func right(probabilities [][]float32, labels []byte) int {
	n := 0
	for i, p := range probabilities {
		if class(p) == int(labels[i]) {
			n++
		}
	}
	return n
}

// TestLargePictures tests that MNIST's test images, enlarged, on gray paper, are one digit each, and read about as well.
func TestLargePictures(t *testing.T) {
	d := digits(t)
	read, _ := network(t)
	const n = 300
	var images, raw [][]byte
	var labels []byte
	for i := range n {
		pixels := d.Test.Images[i*side*side : (i+1)*side*side]
		ink := inkOfBytes(pixels)
		size := side*4 + 40
		picture := image.NewGray(image.Rect(0, 0, size, size))
		for y := range size {
			for x := range size {
				v := ink.between((float64(x)-20.5)/4-0.5, (float64(y)-20.5)/4-0.5)
				picture.Pix[y*size+x] = uint8(210 - 150*v)
			}
		}
		page, err := Find(picture, Options{Read: read})
		if err != nil || len(page.Digits) != 1 {
			t.Errorf("image %d: wanted one digit, found %d, %v", i, count(page), err)
			continue
		}
		images, raw, labels = append(images, page.Digits[0].Pixels), append(raw, pixels), append(labels, d.Test.Labels[i])
	}
	if before, after := right(read(raw), labels), right(read(images), labels); after < before-n/100 {
		t.Errorf("%d right as bytes, %d as large pictures", before, after)
	}
}

// handwritten returns 1,000 digits that other people than MNIST's wrote, black on white, 28x28. They were never trained
// on, and nothing here was chosen by them.
func handwritten(t *testing.T) (pictures []image.Image, labels []byte) {
	t.Helper()
	files, err := filepath.Glob(filepath.Join(shared, "img", "*.png"))
	if err != nil || len(files) == 0 {
		without(t, "there are no handwritten digits in "+shared)
	}
	for _, name := range files {
		f, err := os.Open(name)
		if err != nil {
			t.Fatal(err)
		}
		img, err := Decode(f, name)
		_ = f.Close()
		if err != nil {
			t.Fatal(err)
		}
		pictures, labels = append(pictures, img), append(labels, filepath.Base(name)[0]-'0')
	}
	return pictures, labels
}

func TestHandwriting(t *testing.T) {
	pictures, labels := handwritten(t)
	read, best := network(t)
	images := make([][]byte, len(pictures))
	for i, picture := range pictures {
		page, err := Find(picture, Options{Read: read})
		if err != nil || len(page.Digits) != 1 {
			t.Fatalf("picture %d: wanted one digit, found %d, %v", i, count(page), err)
		}
		images[i] = page.Digits[0].Pixels
	}
	wanted := len(pictures) * 993 / 1000
	if best {
		wanted = len(pictures) * 997 / 1000
	}
	found := right(read(images), labels)
	t.Logf("%d of %d right", found, len(pictures))
	if found < wanted {
		t.Errorf("wanted %d of %d right, found %d", wanted, len(pictures), found)
	}
}

// TestPages tests pages with digits of other people than MNIST's, as a camera sees them.
func TestPages(t *testing.T) {
	pictures, labels := handwritten(t)
	var from []drawn
	for i, picture := range pictures {
		ink := luminance(picture, maxWork)
		paler := slices.Min(ink.pix) // of pens as faint as those, the page decides
		for j, v := range ink.pix {
			ink.pix[j] = (255 - v) / (255 - paler)
		}
		from = append(from, drawn{ink, int(labels[i])})
	}
	testPages(t, from)
}

// TestPagesOfMNIST is the same with training images of MNIST.
func TestPagesOfMNIST(t *testing.T) {
	d := digits(t)
	var from []drawn
	for i := range 2000 {
		from = append(from, drawn{inkOfBytes(d.Train.Images[i*side*side : (i+1)*side*side]), int(d.Train.Labels[i])})
	}
	testPages(t, from)
}

// TestTouching tests lines of MNIST's training images in which two of five neighbors touch or overlap.
func TestTouching(t *testing.T) {
	d := digits(t)
	read, _ := network(t)
	var from []drawn
	for i := range 2000 {
		from = append(from, drawn{inkOfBytes(d.Train.Images[i*side*side : (i+1)*side*side]), int(d.Train.Labels[i])})
	}
	var sum result
	for seed := range 6 {
		s := compose(rand.New(rand.NewPCG(uint64(seed), 9)), from, composition{w: 800, h: 400, count: 25, size: 75, paper: 255,
			sharp: 3, inkLo: 0.6, touching: 0.4})
		page, err := Find(s.img, Options{Read: read})
		if err != nil {
			t.Fatal(err)
		}
		sum.add(s.score(page, read))
	}
	t.Logf("%+v", sum)
	if sum.right*10 < sum.all*7 || sum.invented*50 > sum.all {
		t.Errorf("wanted 70 %% of the digits right, and at most 2 %% invented, found %+v", sum)
	}
}

func testPages(t *testing.T, from []drawn) {
	read, best := network(t)
	pages := 6
	switch {
	case testing.Short():
		pages = 1
	case best:
		pages = 24
	}
	var sum result
	for seed := range pages {
		r := rand.New(rand.NewPCG(uint64(seed), 20))
		c := composition{w: 1000, h: 800, count: 10 + r.IntN(31), size: 60 + 25*r.Float64(), paper: 200 + 55*r.Float64(),
			sharp: 1 + 2*r.Float64(), inkLo: 0.5, noise: 8 * r.Float64(), degrees: 10*r.Float64() - 5,
			gradient: 0.4 * r.Float64(), shadow: 0.4 * r.Float64(), hardShadow: seed%4 == 3, squared: seed%5 == 4}
		if seed%3 > 0 {
			c.ruled = 0.1 + 0.25*r.Float64()
		}
		s := compose(r, from, c)
		page, err := Find(s.img, Options{Read: read, Stages: os.Getenv("DNN_KEEP") != ""})
		if err != nil {
			t.Errorf("page %d: %v", seed, err)
		}
		one := s.score(page, read)
		if one.invented > 0 || one.right < one.all {
			t.Logf("page %d: %+v", seed, one)
			keep(t, seed, s, page)
		}
		sum.add(one)
	}
	t.Logf("%d pages: %+v", pages, sum)
	if sum.right*100 < sum.all*98 || sum.invented > 0 || sum.order > 0 {
		t.Errorf("wanted 98 %% of the digits right, in order, and none invented, found %+v", sum)
	}
}

// count returns how many digits a page has.
func count(p *Page) int {
	if p == nil {
		return 0
	}
	return len(p.Digits)
}

// keep writes a page with its stages into the folder that DNN_KEEP names.
func keep(t *testing.T, seed int, s sheet, page *Page) {
	folder := os.Getenv("DNN_KEEP")
	if folder == "" || page == nil {
		return
	}
	for _, stage := range append(page.Stages, Stage{Name: "page", Image: s.img}) {
		f, err := os.Create(filepath.Join(folder, fmt.Sprintf("%s-%02d-%s.png", t.Name(), seed, stage.Name)))
		if err != nil {
			t.Fatal(err)
		}
		if err := errors.Join(png.Encode(f, stage.Image), f.Close()); err != nil {
			t.Fatal(err)
		}
	}
}
