// Package source reads the files of pictures: it decodes them, upright and within limits, and reduces them to their
// luminance.
package source

import (
	"bytes"
	"errors"
	"fmt"
	"image"
	"image/gif"
	"image/jpeg"
	"image/png"
	"io"
	"strings"

	"golang.org/x/image/bmp"
	"golang.org/x/image/tiff"
	"golang.org/x/image/webp"

	"dnn/internal/fault"
)

// Limits on a picture, which are checked before its pixels are decoded.
const (
	maxPixels   = 100_000_000 // of a picture
	maxSide     = 65_535      // pixels
	maxFile     = 1 << 30     // bytes: 100 megapixels of 8 bytes each, and what surrounds them
	maxUnpacked = 128 << 20   // bytes that decoding takes, however small the file is
	maxRatio    = 256         // bytes that decoding takes beyond that, for each byte of the file
)

// format is a kind of file that can be decoded.
type format struct {
	name   string
	magic  []string // a file begins with one of these; ? stands for any byte
	config func(io.Reader) (image.Config, error)
	decode func(io.Reader) (image.Image, error)

	// densest is more pixels than a byte of such a file can ever hold, so that a size which its file cannot fill is
	// refused before memory is taken for it.
	densest int64
	// unpacked is the bytes that decoding takes for a pixel.
	unpacked func(data []byte, c image.Config) int64
}

// formats are the files that can be decoded. Deflate makes at most 1032 bytes of one, of 8 pixels each; GIF's LZW fewer
// than 4096; JPEG spends at least one bit on 64 pixels. TIFF's fax codes and WebP have no such limit; what is denser than
// this has nothing on it.
var formats = []format{
	{"PNG", []string{"\x89PNG\r\n\x1a\n"}, png.DecodeConfig, png.Decode, 8 * 1032, bytesOf},
	{"JPEG", []string{"\xff\xd8\xff"}, jpeg.DecodeConfig, jpeg.Decode, 512, jpegBytes},
	{"GIF", []string{"GIF87a", "GIF89a"}, gif.DecodeConfig, gif.Decode, 4096, bytesOf},
	{"BMP", []string{"BM"}, bmp.DecodeConfig, bmp.Decode, 8, bytesOf},
	{"TIFF", []string{"II*\x00", "MM\x00*"}, tiff.DecodeConfig, tiff.Decode, 1 << 14, bytesOf},
	{"WebP", []string{"RIFF????WEBP"}, webp.DecodeConfig, decodeWebP, 1 << 14, bytesOf},
}

// Decode reads a picture (PNG, JPEG, GIF, BMP, TIFF or WebP; of several frames or pages the first, of WebP none) and
// returns it upright, as its EXIF orientation says. where names it in errors, which are of kind fault.Data: for bytes that
// are no such picture (HEIC, AVIF, PDF, SVG and others are named), that are damaged or end too early, or whose picture has
// no pixel, more than 100 megapixels, or many more than so small a file can mean. The size is checked before the pixels
// are decoded.
func Decode(r io.Reader, where string) (image.Image, error) {
	start := make([]byte, 512)
	n, err := io.ReadFull(r, start)
	start = start[:n]
	if err != nil && !errors.Is(err, io.ErrUnexpectedEOF) && !errors.Is(err, io.EOF) {
		return nil, fault.New(fault.Data, where, "cannot read: %w", fault.Pathless(err))
	}
	f, err := recognize(start, where)
	if err != nil {
		return nil, err
	}
	data, err := readAll(r, start, where)
	if err != nil {
		return nil, err
	}
	if err := f.checkSize(data, where); err != nil {
		return nil, err
	}
	if f.name == "WebP" && chunk(data, 12, "ANIM", false) != nil {
		return nil, fault.New(fault.Data, where, "wanted a WebP of one picture, found an animated one").
			WithHint("save one frame of it as PNG")
	}
	img, err := f.decode(bytes.NewReader(data))
	if err != nil {
		return nil, f.damaged(where, err)
	}
	if b := img.Bounds(); b.Empty() || b.Dx() > maxSide || b.Dy() > maxSide {
		return nil, fault.New(fault.Data, where, "wanted a picture of at least 1x1 pixels, found %dx%d", b.Dx(), b.Dy())
	}
	return turned(img, orientation(f.name, data)), nil
}

// readAll returns start and the rest of r.
func readAll(r io.Reader, start []byte, where string) ([]byte, error) {
	buffer := bytes.NewBuffer(start)
	if sized, ok := r.(interface{ Len() int }); ok {
		buffer.Grow(sized.Len() + bytes.MinRead)
	}
	if _, err := buffer.ReadFrom(io.LimitReader(r, maxFile)); err != nil {
		return nil, fault.New(fault.Data, where, "cannot read: %w", fault.Pathless(err))
	}
	if buffer.Len() > maxFile {
		return nil, fault.New(fault.Data, where, "wanted a picture of at most %d MB, found a larger one", maxFile>>20)
	}
	return buffer.Bytes(), nil
}

// recognize returns the format of a file that begins with start.
func recognize(start []byte, where string) (*format, error) {
	for i := range formats {
		for _, magic := range formats[i].magic {
			if begins(start, magic) {
				return &formats[i], nil
			}
		}
	}
	const wanted = "wanted a picture (PNG, JPEG, GIF, BMP, TIFF or WebP), found "
	if len(start) == 0 {
		return nil, fault.New(fault.Data, where, "%s", wanted+"nothing")
	}
	if name, hint := foreign(start); name != "" {
		return nil, fault.New(fault.Data, where, "%s", wanted+name).WithHint("%s", hint)
	}
	return nil, fault.New(fault.Data, where, "%sa file that begins with %q", wanted, start[:min(8, len(start))])
}

// begins reports whether data begins with magic, in which ? stands for any byte.
func begins(data []byte, magic string) bool {
	if len(data) < len(magic) {
		return false
	}
	for i := range len(magic) {
		if magic[i] != '?' && data[i] != magic[i] {
			return false
		}
	}
	return true
}

// checkSize refuses a picture whose size is out of bounds, or is more than its file can fill.
func (f *format) checkSize(data []byte, where string) error {
	c, err := f.config(bytes.NewReader(data))
	if err != nil {
		return f.damaged(where, err)
	}
	w, h := int64(c.Width), int64(c.Height)
	if w < 1 || h < 1 {
		return fault.New(fault.Data, where, "wanted a picture of at least 1x1 pixels, found %dx%d", w, h)
	}
	if w > maxSide || h > maxSide || w*h > maxPixels {
		return fault.New(fault.Data, where, "wanted a picture of at most 100 megapixels and %d pixels on a side, found %dx%d",
			maxSide, w, h).WithHint("make it smaller; 12 megapixels are more than enough")
	}
	size := int64(len(data))
	if w*h > size*f.densest && w*h > 1<<16 {
		return fault.New(fault.Data, where, "wanted the pixels of a %s of %dx%d, found only %s: it is damaged or cut off",
			f.name, w, h, fault.Count(size, "byte"))
	}
	if need := f.unpacked(data, c); need > maxUnpacked && need > size*maxRatio {
		return fault.New(fault.Data, where,
			"wanted a picture that takes at most %d MB, or %d times its file, found %dx%d pixels (%d MB) in %s",
			maxUnpacked>>20, maxRatio, w, h, need>>20, fault.Count(size, "byte")).WithHint("make the picture smaller")
	}
	return nil
}

// damaged is the error of a decoder.
func (f *format) damaged(where string, err error) error {
	switch {
	case errors.Is(err, io.ErrUnexpectedEOF), errors.Is(err, io.EOF),
		strings.Contains(err.Error(), "not enough "), strings.Contains(err.Error(), "short "):
		return fault.New(fault.Data, where, "wanted a whole %s, found one that is cut off", f.name)
	case errors.As(err, new(jpeg.UnsupportedError)), errors.As(err, new(png.UnsupportedError)),
		errors.As(err, new(tiff.UnsupportedError)), errors.Is(err, bmp.ErrUnsupported):
		return fault.New(fault.Data, where, "wanted a %s that can be decoded, found another kind of it: %s", f.name, short(err)).
			WithHint("save it as PNG")
	default:
		return fault.New(fault.Data, where, "wanted a whole %s, found one that is damaged: %s", f.name, short(err))
	}
}

// short returns the text of an error, cut to what fits into a line.
func short(err error) string {
	text := []rune(fmt.Sprintf("%.200s", err.Error()))
	return string(text[:min(len(text), 120)])
}
