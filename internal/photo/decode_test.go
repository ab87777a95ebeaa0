package photo

import (
	"bytes"
	"encoding/binary"
	"errors"
	"image"
	"image/color"
	"image/gif"
	"image/jpeg"
	"image/png"
	"runtime"
	"slices"
	"strings"
	"testing"

	"golang.org/x/image/bmp"
	"golang.org/x/image/tiff"

	"dnn/internal/fault"
)

// sketch is a small picture of a 7, of which no two of the eight orientations are alike.
func sketch(w, h int) *image.Gray {
	g := image.NewGray(image.Rect(0, 0, w, h))
	for i := range g.Pix {
		g.Pix[i] = 255
	}
	for x := w / 4; x < w*3/4; x++ {
		for dy := range max(h/10, 1) {
			g.SetGray(x, h/5+dy, color.Gray{})
			g.SetGray(w*3/4-(x-w/4)*2/3, h/5+(x-w/4)*h*6/(w*5)+dy, color.Gray{})
		}
	}
	return g
}

// encoded returns a picture in each format that can be written here.
func encoded(t testing.TB, img image.Image) map[string][]byte {
	t.Helper()
	files := map[string][]byte{}
	write := func(name string, err error, b *bytes.Buffer) {
		if err != nil {
			t.Fatal(name, err)
		}
		files[name] = b.Bytes()
	}
	var p, j, g, b, f bytes.Buffer
	write("PNG", png.Encode(&p, img), &p)
	write("JPEG", jpeg.Encode(&j, img, &jpeg.Options{Quality: 95}), &j)
	write("GIF", gif.Encode(&g, img, nil), &g)
	write("BMP", bmp.Encode(&b, img), &b)
	write("TIFF", tiff.Encode(&f, img, &tiff.Options{Compression: tiff.Deflate}), &f)
	files["WebP"] = webpOf()
	return files
}

// webpOf returns a lossless WebP of one white pixel (WebP Lossless Bitstream Specification: no transform, no color cache,
// five codes of one symbol each, which take no bits).
func webpOf() []byte {
	var bits, n uint64
	put := func(v uint64, count uint64) { bits |= v << n; n += count }
	put(0, 14)         // width - 1
	put(0, 14)         // height - 1
	put(0, 1+3+1+1+1)  // no alpha, version 0, no transform, no color cache, one group of codes
	for i := range 4 { // green, red, blue, alpha: a simple code of one symbol of 8 bits, 255
		_ = i
		put(1, 1)
		put(0, 1)
		put(1, 1)
		put(255, 8)
	}
	body := []byte{0x2f}
	body = binary.LittleEndian.AppendUint64(body, bits)
	body = append(body, 1<<(n-64), 0, 0, 0, 0)
	return riff(body)
}

func riff(body []byte) []byte {
	if len(body)%2 == 1 {
		body = append(body, 0)
	}
	out := append([]byte("RIFF"), binary.LittleEndian.AppendUint32(nil, uint32(len(body)+12))...)
	out = append(out, "WEBPVP8L"...)
	return append(append(out, binary.LittleEndian.AppendUint32(nil, uint32(len(body)))...), body...)
}

func TestDecode(t *testing.T) {
	want := sketch(60, 40)
	for name, file := range encoded(t, want) {
		img, err := Decode(bytes.NewReader(file), "a")
		if name == "WebP" {
			if err != nil && fault.KindOf(err) != fault.Data {
				t.Errorf("WebP: %v", err)
			}
			continue
		}
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		found := luminance(img, maxWork).bytes()
		for i, v := range want.Pix {
			if d := int(v) - int(found[i]); d > 40 || d < -40 {
				t.Errorf("%s: pixel %d is %d, wanted %d", name, i, found[i], v)
				break
			}
		}
	}
}

// exif returns an EXIF block with an orientation.
func exif(order binary.AppendByteOrder, value int) []byte {
	block := []byte("II*\x00")
	if order == binary.AppendByteOrder(binary.BigEndian) {
		block = []byte("MM\x00*")
	}
	block = order.AppendUint32(block, 8)
	block = order.AppendUint16(block, 1)
	block = order.AppendUint16(block, 0x0112)
	block = order.AppendUint16(block, 3)
	block = order.AppendUint32(block, 1)
	return append(order.AppendUint16(block, uint16(value)), 0, 0, 0, 0, 0, 0)
}

// TestOrientation tests each EXIF orientation, in JPEG and PNG: the stored picture is the upright one, turned by the
// opposite of what the orientation asks for.
func TestOrientation(t *testing.T) {
	want := sketch(48, 32)
	// Where the first row and the first column of the stored picture are in the upright one (EXIF's own words).
	for value, at := range map[int]func(x, y, w, h int) (int, int){
		1: func(x, y, _, _ int) (int, int) { return x, y },                 // row: top, column: left
		2: func(x, y, w, _ int) (int, int) { return w - 1 - x, y },         // top, right
		3: func(x, y, w, h int) (int, int) { return w - 1 - x, h - 1 - y }, // bottom, right
		4: func(x, y, _, h int) (int, int) { return x, h - 1 - y },         // bottom, left
		5: func(x, y, _, _ int) (int, int) { return y, x },                 // left, top
		6: func(x, y, w, _ int) (int, int) { return w - 1 - y, x },         // right, top
		7: func(x, y, w, h int) (int, int) { return w - 1 - y, h - 1 - x }, // right, bottom
		8: func(x, y, _, h int) (int, int) { return y, h - 1 - x },         // left, bottom
	} {
		w, h := 48, 32
		stored := image.NewGray(image.Rect(0, 0, w, h))
		if value >= 5 {
			stored = image.NewGray(image.Rect(0, 0, h, w))
		}
		for y := range stored.Rect.Dy() {
			for x := range stored.Rect.Dx() {
				ux, uy := at(x, y, w, h)
				stored.SetGray(x, y, want.GrayAt(ux, uy))
			}
		}
		files := encoded(t, stored)
		for _, order := range []binary.AppendByteOrder{binary.BigEndian, binary.LittleEndian} {
			block := exif(order, value)
			marker := append([]byte{0xff, 0xe1}, binary.BigEndian.AppendUint16(nil, uint16(len(block)+8))...)
			marker = append(append(marker, "Exif\x00\x00"...), block...)
			chunk := append(binary.BigEndian.AppendUint32(nil, uint32(len(block))), "eXIf"...)
			chunk = append(append(chunk, block...), checksum(append([]byte("eXIf"), block...))...)
			for name, file := range map[string][]byte{
				"JPEG": slices.Concat(files["JPEG"][:2], marker, files["JPEG"][2:]),
				"PNG":  slices.Concat(files["PNG"][:33], chunk, files["PNG"][33:]),
			} {
				img, err := Decode(bytes.NewReader(file), "a")
				if err != nil {
					t.Fatalf("%s %d: %v", name, value, err)
				}
				if img.Bounds() != want.Bounds() {
					t.Errorf("%s %d: bounds %v", name, value, img.Bounds())
					continue
				}
				small := luminance(img, maxWork).bytes()
				for i, v := range want.Pix {
					y, _, _, _ := img.At(i%w, i/w).RGBA()
					if d := max(int(v)-int(small[i]), int(v)-int(y>>8), int(small[i])-int(v)); d > 60 {
						t.Errorf("%s %d: pixel %d,%d is %d, wanted %d", name, value, i%w, i/w, small[i], v)
						break
					}
				}
			}
		}
	}
}

func TestBadInput(t *testing.T) {
	files := encoded(t, sketch(60, 40))
	pngOf := func(w, h uint32) []byte {
		header := binary.BigEndian.AppendUint32(nil, w)
		header = append(binary.BigEndian.AppendUint32(header, h), 8, 6, 0, 0, 0)
		file := append(slices.Clone(files["PNG"][:8]), 0, 0, 0, 13)
		file = append(append(file, "IHDR"...), header...)
		return append(append(file, checksum(append([]byte("IHDR"), header...))...), files["PNG"][33:]...)
	}
	gifOf := func(w, h uint16) []byte {
		file := slices.Clone(files["GIF"])
		binary.LittleEndian.PutUint16(file[6:], w)
		binary.LittleEndian.PutUint16(file[8:], h)
		return file
	}
	bmpOf := func(w, h uint32) []byte {
		file := slices.Clone(files["BMP"])
		binary.LittleEndian.PutUint32(file[18:], w)
		binary.LittleEndian.PutUint32(file[22:], h)
		return file
	}
	jpegOf := func(w, h uint16) []byte {
		file := slices.Clone(files["JPEG"])
		at := bytes.Index(file, []byte{0xff, 0xc0})
		binary.BigEndian.PutUint16(file[at+5:], h)
		binary.BigEndian.PutUint16(file[at+7:], w)
		return file
	}
	for name, c := range map[string]struct {
		file []byte
		want string
	}{
		"empty":              {nil, "found nothing"},
		"text":               {[]byte("label,pixel0\n5,0"), "begins with \"label,pi\""},
		"HEIC":               {[]byte("\x00\x00\x00\x18ftypheic\x00\x00\x00\x00mif1heic"), "HEIC"},
		"AVIF":               {[]byte("\x00\x00\x00\x1cftypavif\x00\x00\x00\x00"), "AVIF"},
		"PDF":                {[]byte("%PDF-1.7\n"), "PDF"},
		"SVG":                {[]byte("<?xml version=\"1.0\"?>\n<svg xmlns=\"http://www.w3.org/2000/svg\"/>"), "SVG"},
		"web page":           {[]byte("<!DOCTYPE html><title>Sign in</title>"), "web page"},
		"no columns":         {pngOf(0, 40), "damaged"},
		"wide PNG":           {pngOf(100_000, 100_000), "found 100000x100000"},
		"100,000 wide":       {pngOf(100_000, 1), "found 100000x1"},
		"PNG without pixels": {pngOf(9_000, 9_000), "found only"},
		"wide GIF":           {gifOf(65_535, 65_535), "found 65535x65535"},
		"GIF without pixels": {gifOf(9_000, 9_000), "found only"},
		"no GIF":             {gifOf(0, 0), "found 0x0"},
		"wide BMP":           {bmpOf(1<<30, 1<<30), "found 1073741824x1073741824"},
		"BMP without pixels": {bmpOf(9_000, 9_000), "found only"},
		"JPEG without":       {jpegOf(9_000, 9_000), "found only"},
		"half a PNG":         {files["PNG"][:len(files["PNG"])/2], "cut off"},
		"half a JPEG":        {files["JPEG"][:len(files["JPEG"])/2], "cut off"},
	} {
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		_, err := Decode(bytes.NewReader(c.file), "digits.x")
		runtime.ReadMemStats(&after)
		e, ok := errors.AsType[*fault.Error](err)
		if !ok || e.Kind != fault.Data || e.Where != "digits.x" || !strings.Contains(e.What, c.want) || len(e.Error()) > 400 {
			t.Errorf("%s: wanted an error with %q, found %v", name, c.want, err)
		}
		if used := after.TotalAlloc - before.TotalAlloc; used > 8<<20 {
			t.Errorf("%s: %d MB were taken", name, used>>20)
		}
	}
}

// TestDamaged tests that a file which is cut off or has a wrong bit is refused in the user's words, or gives a picture:
// only PNG has checksums. Nothing panics.
func TestDamaged(t *testing.T) {
	for name, file := range encoded(t, sketch(20, 14)) {
		try := func(bad []byte) {
			img, err := Decode(bytes.NewReader(bad), "a")
			if err == nil {
				_, err = Find(img, Options{})
			}
			if err != nil && fault.KindOf(err) != fault.Data {
				t.Errorf("%s: %v", name, err)
			}
		}
		for i := range file {
			try(file[:i])
			bad := slices.Clone(file)
			bad[i] ^= 1 << (i % 8)
			try(bad)
		}
	}
}

func TestRaw(t *testing.T) {
	pixels := make([]byte, side*side)
	for i := range pixels {
		pixels[i] = byte(i)
	}
	found, err := Raw(grayOf(pixels), side, side)
	if err != nil || !slices.Equal(found, pixels) {
		t.Errorf("found %v, %v", found, err)
	}
	if _, err := Raw(sketch(28, 27), side, side); err == nil || !strings.Contains(err.Error(), "found 28x27") {
		t.Errorf("another size: %v", err)
	}
}

func TestNoDigit(t *testing.T) {
	for _, size := range []int{1, 2, 28, 65, 300} {
		for _, level := range []uint8{0, 130, 255} {
			g := image.NewGray(image.Rect(0, 0, size, size))
			for i := range g.Pix {
				g.Pix[i] = level
			}
			if page, err := Find(g, Options{}); fault.KindOf(err) != fault.Data {
				t.Errorf("%dx%d pixels of %d: wanted no digit, found %v, %v", size, size, level, page, err)
			}
		}
	}
}
