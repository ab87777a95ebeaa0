package photo

import (
	"fmt"
	"image"
	"image/png"
	"os"
	"path/filepath"
	"testing"
)

func save(name string, img image.Image) {
	f, _ := os.Create("/tmp/photo/" + name)
	png.Encode(f, img)
	f.Close()
}

func TestDevLone(t *testing.T) {
	d := digits(t)
	read := network(t, "/tmp/photo/best.bin")
	read0 := network(t, "/tmp/photo/mlp.bin")
	n := 2000
	if testing.Short() {
		n = 500
	}
	mnistAt := func(i, zoom, pad int, paper, ink float64) image.Image {
		s := 28*zoom + 2*pad
		g := image.NewGray(image.Rect(0, 0, s, s))
		src := newPlane(28, 28)
		for k, v := range d.Test.Images[i*784 : (i+1)*784] {
			src.pix[k] = float32(v) / 255
		}
		for y := range s {
			for x := range s {
				v := float64(src.between((float64(x-pad)+0.5)/float64(zoom)-0.5, (float64(y-pad)+0.5)/float64(zoom)-0.5))
				g.Pix[y*g.Stride+x] = uint8(paper + (ink-paper)*v + 0.5)
			}
		}
		return g
	}
	for _, c := range []struct {
		name       string
		zoom, pad  int
		paper, ink float64
	}{{"asis", 1, 0, 0, 255}, {"inverted", 1, 0, 255, 0}, {"grey paper", 1, 0, 200, 40}, {"pad", 1, 10, 0, 255}, {"x4", 4, 0, 255, 0}, {"x10 grey", 10, 20, 200, 60}, {"x3 pad", 3, 100, 255, 0}} {
		var x [][]byte
		wrong := 0
		var label []int
		for i := range n {
			p, err := Find(mnistAt(i, c.zoom, c.pad, c.paper, c.ink), Options{Read: read})
			if err != nil || len(p.Digits) != 1 {
				if wrong < 3 {
					save(fmt.Sprintf("bad-%s-%d.png", c.name, wrong), mnistAt(i, c.zoom, c.pad, c.paper, c.ink))
				}
				wrong++
				continue
			}
			x = append(x, p.Digits[0].Pixels)
			label = append(label, int(d.Test.Labels[i]))
		}
		ok, ok0 := 0, 0
		y0 := read0(x)
		for i, p := range read(x) {
			if class(p) == label[i] {
				ok++
			}
			if class(y0[i]) == label[i] {
				ok0++
			}
		}
		fmt.Println(c.name, "right", ok, "default", ok0, "not one digit", wrong, "of", n)
	}
}
func TestDevHWD(t *testing.T) {
	read := network(t, "/tmp/photo/best.bin")
	read0 := network(t, "/tmp/photo/mlp.bin")
	files, _ := filepath.Glob(shared + "/img/*.png")
	var x [][]byte
	for _, f := range files {
		g, _ := os.Open(f)
		img, _ := Decode(g, f)
		g.Close()
		p, err := Find(img, Options{})
		if err != nil {
			t.Fatal(f, err)
		}
		x = append(x, p.Digits[0].Pixels)
	}
	ok, ok0 := 0, 0
	y0 := read0(x)
	for i, p := range read(x) {
		if class(p) == int(filepath.Base(files[i])[0]-'0') {
			ok++
		} else {
			fmt.Println(files[i], class(p))
		}
		if class(y0[i]) == int(filepath.Base(files[i])[0]-'0') {
			ok0++
		}
	}
	fmt.Println("hwd", ok, ok0, len(files))
}
