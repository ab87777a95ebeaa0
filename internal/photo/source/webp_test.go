package source

import (
	"bytes"
	"encoding/base64"
	"strings"
	"testing"

	"dnn/internal/fault"
)

// Lossy WebPs of 16x16 pixels, made by libwebp: the left half black and the right half white, and one that is red.
const (
	blackAndWhite = "UklGRigAAABXRUJQVlA4IBwAAABQAQCdASoQABAAAMASJaQABHQAAP6D///0g8AA"
	red           = "UklGRkAAAABXRUJQVlA4IDQAAAAwAgCdASoQABAAAMASJaACdLoB+AH4AARoAAD++iGX/3easNN39a3/9aOfron+tHP/WVgA"
)

func TestLossyWebP(t *testing.T) {
	file, err := base64.StdEncoding.DecodeString(blackAndWhite)
	if err != nil {
		t.Fatal(err)
	}
	img, err := Decode(bytes.NewReader(file), "a")
	if err != nil {
		t.Fatal(err)
	}
	pix, w, _ := Luminance(img, 16)
	for i, v := range pix {
		if black := i%w < w/2; black && v > 2 || !black && v < 253 {
			t.Fatalf("pixel %d, black %t: found %v", i, black, v)
		}
	}
	if file, err = base64.StdEncoding.DecodeString(red); err != nil {
		t.Fatal(err)
	}
	if img, err = Decode(bytes.NewReader(file), "a"); err != nil {
		t.Fatal(err)
	}
	if r, g, b, _ := img.At(8, 8).RGBA(); r>>8 < 250 || g>>8 > 5 || b>>8 > 5 {
		t.Errorf("wanted red, found %d, %d, %d", r>>8, g>>8, b>>8)
	}
}

func TestAnimatedWebP(t *testing.T) {
	const file = "RIFF\x24\x00\x00\x00WEBPVP8X\x0a\x00\x00\x00\x02\x00\x00\x00\x0f\x00\x00\x0f\x00\x00" +
		"ANIM\x06\x00\x00\x00\xff\xff\xff\xff\x00\x00"
	_, err := Decode(strings.NewReader(file), "a.webp")
	if fault.KindOf(err) != fault.Data || !strings.Contains(err.Error(), "found an animated one") {
		t.Errorf("found %v", err)
	}
}
