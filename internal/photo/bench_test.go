package photo

import (
	"bytes"
	"image"
	"image/jpeg"
	"math/rand/v2"
	"testing"
)

// BenchmarkTwelveMegapixels measures a page of digits as a phone's camera saves it: 4000x3000 pixels, JPEG.
func BenchmarkTwelveMegapixels(b *testing.B) {
	d := digits(b)
	var from []drawn
	for i := range 100 {
		from = append(from, drawn{inkOfBytes(d.Train.Images[i*side*side : (i+1)*side*side]), int(d.Train.Labels[i])})
	}
	s := compose(rand.New(rand.NewPCG(1, 1)), from, composition{w: 4000, h: 3000, count: 20, size: 300, paper: 220, sharp: 3,
		inkLo: 0.6, noise: 6, gradient: 0.3, ruled: 0.2, degrees: 2})
	var file bytes.Buffer
	color := image.NewYCbCr(s.img.Rect, image.YCbCrSubsampleRatio420)
	copy(color.Y, s.img.Pix)
	for i := range color.Cb {
		color.Cb[i], color.Cr[i] = 120, 135
	}
	if err := jpeg.Encode(&file, color, &jpeg.Options{Quality: 90}); err != nil {
		b.Fatal(err)
	}
	b.Logf("%d bytes", file.Len())
	b.ReportAllocs()
	for b.Loop() {
		img, err := Decode(bytes.NewReader(file.Bytes()), "page.jpg")
		if err != nil {
			b.Fatal(err)
		}
		page, err := Find(img, Options{})
		if err != nil || len(page.Digits) < 15 {
			b.Fatal(page, err)
		}
	}
}
