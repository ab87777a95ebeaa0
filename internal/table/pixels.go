package table

import (
	"bytes"
	"errors"
	"fmt"
	"math"
	"strings"

	"dnn/internal/fault"
	"dnn/internal/nn/batch"
)

// checkPixels returns an error if the columns are not as many as an image has pixels.
func (r *reader) checkPixels(columns []string) error {
	wanted, found := r.Height*r.Width, len(columns)
	if found == wanted {
		return nil
	}
	err := r.at(0, "has %s besides %s, wanted %d: one for each of %d x %d pixels",
		fault.Count(found, "column"), quote(r.Target), wanted, r.Height, r.Width)
	odd, side := oddNames(columns), int(math.Sqrt(float64(found)))
	switch {
	case found-len(odd) == wanted:
		return err.WithHint("ignore: [%s] in dataset leaves out what is no pixel", list(odd))
	case found == 3*wanted:
		return err.WithHint("three numbers for a pixel: dnn reads gray images, of one")
	case side*side == found:
		return err.WithHint("perhaps image: [%d, %d] was meant", side, side)
	}
	return err
}

// oddNames returns the names that differ from most others in more than their digits.
func oddNames(names []string) []string {
	counts := map[string]int{}
	for _, name := range names {
		counts[shape(name)]++
	}
	var odd []string
	for _, name := range names {
		if 2*counts[shape(name)] <= len(names) {
			odd = append(odd, name)
		}
	}
	return odd
}

// shape is a name without its digits.
func shape(name string) string {
	return strings.Map(func(c rune) rune {
		if c >= '0' && c <= '9' {
			return -1
		}
		return c
	}, name)
}

// appendPixels appends the pixels of the line that was read last. At first it makes room for as many as the file can
// hold, each with a comma: of memory that is never written to, none is taken.
func (r *reader) appendPixels(pixels []uint8) ([]uint8, error) {
	if len(pixels)+len(r.order) > maxValues {
		return nil, r.at(0, "more than %d pixels, which is all that dnn reads", maxValues)
	}
	if pixels == nil {
		pixels = make([]uint8, 0, min(r.size/2+1, maxValues))
	}
	for _, i := range r.order {
		v, err := parsePixel(r.field(i))
		if err != nil {
			wrong := r.at(i, "%s: %w", shorten(r.header[i]), err)
			if errors.Is(err, errFraction) {
				wrong.Hint = "pixels from 0 to 1 must be multiplied by 255 and rounded"
			}
			return nil, wrong
		}
		pixels = append(pixels, v)
	}
	return pixels, nil
}

// errFraction means that a pixel is a number between 0 and 1.
var errFraction = errors.New(wantPixel)

const wantPixel = "wanted the brightness of a pixel, a whole number from 0 to 255"

// parsePixel reads a whole number from 0 to 255.
func parsePixel(text []byte) (uint8, error) {
	v := 0
	for _, c := range text {
		if c < '0' || c > '9' || len(text) > 3 {
			return parseOddPixel(text)
		}
		v = 10*v + int(c-'0')
	}
	if v > math.MaxUint8 || len(text) == 0 {
		return parseOddPixel(text)
	}
	return uint8(v), nil
}

// parseOddPixel is parsePixel for any spelling of a number.
func parseOddPixel(text []byte) (uint8, error) {
	trimmed := string(bytes.TrimSpace(text))
	v, err := parseNumber(trimmed)
	switch {
	case err != nil:
		return 0, err
	case v > 0 && v < 1:
		return 0, fmt.Errorf("%w, found %s", errFraction, quote(trimmed))
	case v < 0 || v > math.MaxUint8 || v != math.Trunc(v):
		return 0, fmt.Errorf(wantPixel+", found %s", quote(trimmed))
	}
	return uint8(v), nil
}

// transpose turns images that are stored column by column into images of height x width that are stored row by row.
func transpose(pixels []uint8, height, width int) {
	image := make([]uint8, height*width)
	for ; len(pixels) > 0; pixels = pixels[len(image):] {
		batch.Transpose(image, pixels[:len(image)], height, width)
		copy(pixels, image)
	}
}
