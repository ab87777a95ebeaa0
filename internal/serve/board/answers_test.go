package board

import (
	"bytes"
	"image"
	"image/color"
	"image/png"
	"math"
	"net/http"
	"slices"
	"testing"

	"dnn/internal/fault"
	"dnn/internal/nn/batch"
)

// Similar images are those with the largest cosine.
func TestSimilar(t *testing.T) {
	h := handler(t)
	s := training(50)
	want := s.Pixels(17)
	near := slices.Clone(want)
	near[100] ^= 40
	found := answered[struct {
		Images []match
		Of     int
	}](t, send(t, h, http.MethodPost, "/board/similar?model=a.bin", bytes.NewReader(near)))
	if len(found.Images) != 3 || found.Of != 50 || found.Images[0].Index != 17 || found.Images[0].Class != "7" ||
		!bytes.Equal(found.Images[0].Pixels, want) {
		t.Fatalf("wanted 3 images of 50, the first number 17, found %+v", found)
	}
	cosine := func(a, b []byte) float64 {
		var ab, aa, bb float64
		for i := range a {
			ab, aa, bb = ab+float64(a[i])*float64(b[i]), aa+float64(a[i])*float64(a[i]), bb+float64(b[i])*float64(b[i])
		}
		return ab / math.Sqrt(aa*bb)
	}
	var all []float64
	for i := range s.Count {
		all = append(all, cosine(near, s.Pixels(i)))
	}
	slices.Sort(all)
	for i, m := range found.Images {
		if w := all[len(all)-1-i]; math.Abs(m.Similarity-w) > 1e-6 {
			t.Errorf("image %d: wanted the cosine %v, found %v", i, w, m.Similarity)
		}
	}
	empty := answered[struct{ Images []match }](t, send(t, h, http.MethodPost, "/board/similar?model=a.bin",
		bytes.NewReader(make([]byte, pixels))))
	if empty.Images == nil || len(empty.Images) != 0 {
		t.Errorf("wanted no image like an empty one, found %v", empty.Images)
	}
}

// Training images that could not be loaded are loaded for the next request.
func TestSimilarLater(t *testing.T) {
	times := 0
	h := Handler([]Model{{Name: "a", Model: model(t, 10), Kernels: kernels(t), Training: func() (*batch.Samples, error) {
		times++
		switch times {
		case 1:
			return nil, fault.New(fault.Data, "file", "cannot read")
		case 2:
			return &batch.Samples{Count: 1, Features: 5, Bytes: make([]byte, 5)}, nil
		}
		return training(2), nil
	}}})
	for _, want := range []int{503, 503, 200, 200} {
		image := bytes.NewReader(bytes.Repeat([]byte{1}, pixels))
		if w := send(t, h, http.MethodPost, "/board/similar", image); w.Code != want {
			t.Errorf("wanted status %d, found %d: %.200s", want, w.Code, w.Body)
		}
	}
	if times != 3 {
		t.Errorf("wanted 3 attempts, found %d", times)
	}
}

// picture returns a PNG with two strokes.
func picture(t *testing.T) []byte {
	t.Helper()
	img := image.NewGray(image.Rect(0, 0, 200, 100))
	for i := range img.Pix {
		img.Pix[i] = 240
	}
	for y := 20; y < 80; y++ {
		for x := range 8 {
			img.SetGray(50+x, y, color.Gray{Y: 20})
			img.SetGray(140+x+y/4, y, color.Gray{Y: 20})
		}
	}
	var b bytes.Buffer
	if err := png.Encode(&b, img); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func TestRead(t *testing.T) {
	found := answered[struct {
		Width, Height int
		Digits        []digit
	}](t, send(t, handler(t), http.MethodPost, "/board/read?model=a.bin", bytes.NewReader(picture(t))))
	if found.Width != 200 || found.Height != 100 || len(found.Digits) != 2 {
		t.Fatalf("wanted 2 digits on 200x100 pixels, found %+v", found)
	}
	for i, d := range found.Digits {
		var sum float32
		for _, p := range d.Probabilities {
			sum += p
		}
		if len(d.Probabilities) != 10 || math.Abs(float64(sum)-1) > 1e-5 || len(d.Pixels) != pixels || d.Box[0] < 40+90*i {
			t.Errorf("digit %d: found %+v", i, d)
		}
		if best := slices.Index(d.Probabilities, slices.Max(d.Probabilities)); d.Class != string(rune('0'+best)) {
			t.Errorf("digit %d: wanted class %d, found %s", i, best, d.Class)
		}
	}
}
