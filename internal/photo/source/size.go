package source

import (
	"encoding/binary"
	"image"
	"image/color"
)

// bytesOf returns how many bytes the pixels of a picture take when they are decoded.
func bytesOf(_ []byte, c image.Config) int64 {
	perPixel := int64(4)
	switch c.ColorModel {
	case color.GrayModel:
		perPixel = 1
	case color.Gray16Model:
		perPixel = 2
	case color.RGBA64Model, color.NRGBA64Model:
		perPixel = 8
	case color.YCbCrModel, color.NYCbCrAModel:
		perPixel = 3
	default:
		if _, ok := c.ColorModel.(color.Palette); ok {
			perPixel = 1
		}
	}
	return perPixel * int64(c.Width) * int64(c.Height)
}

// jpegBytes is bytesOf for JPEG. A progressive one keeps four bytes of coefficients for each sample until its end.
func jpegBytes(data []byte, c image.Config) int64 {
	n := bytesOf(data, c)
	if progressive(data) {
		n *= 5
	}
	return n
}

// progressive reports whether a JPEG's frame header is one of progressive mode (marker SOF2, ITU T.81 B.1.1.3).
func progressive(data []byte) bool {
	found := false
	segments(data, func(marker byte, _ []byte) bool {
		found = found || marker == 0xc2
		return !found
	})
	return found
}

// segments calls do with each marker of a JPEG, before its first scan, and what its segment holds, until do returns
// false (ITU T.81 B.1.1).
func segments(data []byte, do func(marker byte, body []byte) bool) {
	for at := 2; at+4 <= len(data); {
		marker := data[at+1]
		if data[at] != 0xff || marker == 0xff || marker == 0 { // a fill byte, or what decoders pass over
			at++
			continue
		}
		if marker >= 0xd0 && marker <= 0xd7 { // a restart, which holds nothing
			at += 2
			continue
		}
		length := int(binary.BigEndian.Uint16(data[at+2:]))
		if marker == 0xda || length < 2 || at+2+length > len(data) || !do(marker, data[at+4:at+2+length]) {
			return
		}
		at += 2 + length
	}
}
