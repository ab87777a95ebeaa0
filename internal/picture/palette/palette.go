// Package palette gives drawings a palette, with which a PNG is smaller and written sooner. It knows pixels, and nothing of
// what they show.
package palette

import (
	"cmp"
	"encoding/binary"
	"image"
	"image/color"
	"maps"
	"math"
	"slices"
)

const (
	mostColors = 256  // in the palette of a PNG
	mostShades = 4096 // in a drawing for which a palette is looked for
	farthest   = 768  // the square of the distance from a color to that which takes its place: 16 in each channel
)

// Of returns a drawing with a palette: such a PNG of curves is written in a fifth of the time, and has half of the
// bytes. The drawing keeps its colors if there are no more than 256. Of more, which are mostly the shades along lines, some
// become the nearest of the others. If that could be seen, Of returns the image as it is. The image must have no gaps
// between its rows.
func Of(img *image.RGBA) image.Image {
	count := map[pixel]int{}
	eachRun(img.Pix, func(p pixel, from, to int) { count[p] += to - from })
	if len(count) > mostShades {
		return img
	}
	pixels := slices.SortedFunc(maps.Keys(count), func(a, b pixel) int { return cmp.Or(count[b]-count[a], cmp.Compare(a, b)) })
	palette, index, most := choose(pixels)
	if most > farthest {
		return img
	}
	out := image.NewPaletted(img.Rect, palette)
	eachRun(img.Pix, func(p pixel, from, to int) {
		i := index[p]
		if i == 0 {
			return // as a new image is everywhere
		}
		for at := from; at < to; at++ {
			out.Pix[at] = i
		}
	})
	return out
}

// choose returns a palette for these colors, the most frequent ones first, the place in it of each color, and the square of
// the largest distance from a color to its place. One half of the palette is for the most frequent colors. Then each place
// goes to the color that is farthest from all that have one (Gonzalez, Theoretical Computer Science 38, 1985).
func choose(pixels []pixel) (palette color.Palette, index map[pixel]uint8, most int) {
	places, distances := make([]uint8, len(pixels)), make([]int, len(pixels))
	for i := range distances {
		distances[i] = math.MaxInt
	}
	for len(palette) < min(len(pixels), mostColors) {
		next := len(palette)
		if next >= mostColors/2 && len(pixels) > mostColors {
			next = slices.Index(distances, slices.Max(distances))
		}
		for i, p := range pixels {
			if d := p.distance(pixels[next]); d < distances[i] {
				distances[i], places[i] = d, uint8(len(palette))
			}
		}
		palette = append(palette, pixels[next].color())
	}
	index = make(map[pixel]uint8, len(pixels))
	for i, p := range pixels {
		index[p] = places[i]
	}
	return palette, index, slices.Max(distances)
}

// pixel is the four bytes of a pixel of an image.RGBA, red lowest.
type pixel uint32

func (p pixel) color() color.RGBA {
	return color.RGBA{R: uint8(p), G: uint8(p >> 8), B: uint8(p >> 16), A: uint8(p >> 24)}
}

// distance returns the square of the distance of two colors.
func (p pixel) distance(q pixel) int {
	r, g, b, a := int(p&255)-int(q&255), int(p>>8&255)-int(q>>8&255), int(p>>16&255)-int(q>>16&255), int(p>>24)-int(q>>24)
	return r*r + g*g + b*b + a*a
}

// eachRun calls f for each run of equal pixels, with their numbers, row after row.
func eachRun(pixels []uint8, f func(p pixel, from, to int)) {
	n := len(pixels) / 4
	for from := 0; from < n; {
		p, to := pixelAt(pixels, from), from+1
		for to < n && pixelAt(pixels, to) == p {
			to++
		}
		f(p, from, to)
		from = to
	}
}

func pixelAt(pixels []uint8, i int) pixel { return pixel(binary.LittleEndian.Uint32(pixels[4*i:])) }
