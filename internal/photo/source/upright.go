package source

import (
	"image"
	"image/color"
)

// upright shows a picture as its EXIF orientation says, without a copy of its pixels.
type upright struct {
	image.Image     // as it was stored
	orientation int // 2 to 8
}

// turned returns the picture in its EXIF orientation.
func turned(img image.Image, orientation int) image.Image {
	if orientation <= 1 {
		return img
	}
	return &upright{img, orientation}
}

// Bounds returns the bounds of the upright picture, which begin at (0, 0).
func (u *upright) Bounds() image.Rectangle {
	b := u.Image.Bounds()
	if u.orientation >= 5 {
		return image.Rect(0, 0, b.Dy(), b.Dx())
	}
	return image.Rect(0, 0, b.Dx(), b.Dy())
}

// At returns the color of a pixel of the upright picture.
func (u *upright) At(x, y int) color.Color {
	b := u.Image.Bounds()
	x, y = stored(u.orientation, x, y, b.Dx(), b.Dy())
	return u.Image.At(b.Min.X+x, b.Min.Y+y)
}

// stored returns where the pixel (x, y) of an upright picture stands in the stored one, of w x h pixels.
func stored(orientation, x, y, w, h int) (sx, sy int) {
	if orientation >= 5 { // the stored rows are columns of the upright picture
		x, y = y, x
	}
	if orientation == 2 || orientation == 3 || orientation == 7 || orientation == 8 {
		x = w - 1 - x
	}
	if orientation == 3 || orientation == 4 || orientation == 6 || orientation == 7 {
		y = h - 1 - y
	}
	return x, y
}
