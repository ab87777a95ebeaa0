package source

import (
	"bytes"
	"strings"
)

const (
	saveAs    = "save it as PNG or JPEG"
	heifTitle = "????ftyp" // ISO 14496-12: the size of the first box, its type, then the brand
)

// foreigners are kinds of files that people take for pictures and that are not decoded here.
var foreigners = []struct{ magic, name, hint string }{
	{heifTitle + "hei", "HEIC", "save it as JPEG; on an iPhone: Settings, Camera, Formats, Most Compatible"},
	{heifTitle + "hev", "HEIC", "save it as JPEG; on an iPhone: Settings, Camera, Formats, Most Compatible"},
	{heifTitle + "mif1", "HEIF", "save it as JPEG; on an iPhone: Settings, Camera, Formats, Most Compatible"},
	{heifTitle + "msf1", "HEIF", "save it as JPEG; on an iPhone: Settings, Camera, Formats, Most Compatible"},
	{heifTitle + "avi", "AVIF", saveAs},
	{heifTitle + "crx", "a camera's raw picture (CR3)", saveAs},
	{heifTitle + "qt", "a film (QuickTime)", "save one frame of it as PNG or JPEG"},
	{heifTitle, "a film (MP4)", "save one frame of it as PNG or JPEG"},
	{"%PDF", "PDF", "save its page as PNG, e.g. pdftoppm -png -r 150 file.pdf page"},
	{"\xff\x0a", "JPEG XL", saveAs},
	{"\x00\x00\x00\x0cJXL ", "JPEG XL", saveAs},
	{"\x00\x00\x00\x0cjP  ", "JPEG 2000", saveAs},
	{"\xff\x4f\xff\x51", "JPEG 2000", saveAs},
	{"8BPS", "a Photoshop document", saveAs},
	{"gimp xcf", "a GIMP picture (XCF)", saveAs},
	{"%!PS", "PostScript", saveAs},
	{"\x00\x00\x01\x00", "an icon (ICO)", saveAs},
	{"AT&TFORM", "DjVu", saveAs},
	{"II+\x00", "BigTIFF", saveAs},
	{"MM\x00+", "BigTIFF", saveAs},
	{"FUJIFILMCCD-RAW", "a camera's raw picture (RAF)", saveAs},
	{"P1", "PBM", saveAs}, {"P2", "PGM", saveAs}, {"P3", "PPM", saveAs},
	{"P4", "PBM", saveAs}, {"P5", "PGM", saveAs}, {"P6", "PPM", saveAs},
	{"PK\x03\x04", "a zip archive", "unpack it first"},
	{"\x1f\x8b", "a file packed by gzip", "unpack it first"},
	{"\x00\x00\x08\x03", "an IDX file", "is it given as data? IDX files end in -ubyte or -ubyte.gz"},
	{"\x93NUMPY", "a NumPy array", "save each picture as PNG"},
	{"\x89HDF", "HDF5", "a picture is wanted here"},
	{"{\\rtf", "a text document (RTF)", "a picture is wanted here"},
	{"\xd0\xcf\x11\xe0", "an Office document", saveAs},
}

// foreign returns the name of the kind of file that begins with start, if it is known but not decoded here, and what to
// do about it.
func foreign(start []byte) (name, hint string) {
	for _, f := range foreigners {
		if begins(start, f.magic) {
			return f.name, f.hint
		}
	}
	text := bytes.TrimLeft(bytes.TrimPrefix(start, []byte("\xef\xbb\xbf")), " \t\r\n")
	lower := strings.ToLower(string(text))
	switch {
	case strings.Contains(lower, "<svg"):
		return "SVG", "save it as PNG, e.g. rsvg-convert file.svg -o file.png"
	case strings.HasPrefix(lower, "<!doctype html"), strings.HasPrefix(lower, "<html"):
		return "a web page", "was a login or an error page downloaded instead of the picture?"
	case strings.HasPrefix(lower, "<?xml"):
		return "XML", "save it as PNG"
	case strings.HasPrefix(lower, "version https://git-lfs"):
		return "a Git LFS pointer", "git lfs pull"
	}
	return "", ""
}
