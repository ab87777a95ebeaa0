package photo

import (
	"fmt"
	"image/png"
	"os"
	"testing"
)

func TestDevRule(t *testing.T) {
	g, _ := os.Open(os.Getenv("PIC"))
	img, _ := png.Decode(g)
	f := &finder{grey: luminance(img, 1024)}
	f.ink, _ = inkOn(f.grey, true)
	ink := f.ink
	if os.Getenv("UP") != "" {
		ink = ink.transposed()
	}
	ridge := ridges(ink)
	noise := noiseOf(ink)
	fmt.Println(levelsOf(ink))
	profile, first := ridge.profile(0)
	for i, v := range profile {
		if v > 0.015 {
			r := follow(ink, ridge, float64(first+i), 0)
			ok := r.measure(ink)
			fmt.Println(first+i, v, noise, ok, r.from, r.to, r.top, r.bottom, r.level[ruleBand])
		}
	}
}
