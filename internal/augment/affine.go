package augment

import (
	"dnn/internal/exact"
	"dnn/internal/setting"
)

// Affine shifts, rotates, scales and shears images. Each parameter of the map is drawn uniformly from minus to plus the
// value given here.
type Affine struct {
	Shift    float64 // pixels, drawn separately for each axis
	Rotation float64 // degrees
	Scale    float64 // drawn separately for each axis: 0.1 is from 0.9 to 1.1 times the size
	Shear    float64 // slope of lines that were vertical
}

// Group returns "": the settings are in no group.
func (a *Affine) Group() (name, doc string) { return "", "" }

// Settings returns the four ranges. Beyond their bounds, images would be distorted beyond recognition.
func (a *Affine) Settings() []setting.Setting {
	return []setting.Setting{
		{Name: "shift", Value: &a.Shift, Bounds: setting.From(0, 1000), Example: "0.5",
			Doc:    "Pixels, along each axis; 0: none.",
			Advice: "0.5 to 1 for digits, which are centered; more where things are not."},
		{Name: "rotation", Value: &a.Rotation, Bounds: setting.From(0, 180), Example: "10",
			Doc:    "Degrees, in either direction; 0: none.",
			Advice: "10 to 15 for digits; less where direction has a meaning."},
		{Name: "scale", Value: &a.Scale, Bounds: setting.From(0, 0.99), Example: "0.1",
			Doc:    "Fraction of the size, along each axis, more or less; 0: none.",
			Advice: "0.1 to 0.15."},
		{Name: "shear", Value: &a.Shear, Bounds: setting.From(0, 10), Example: "0.1",
			Doc:    "Slope, in either direction; 0: none.",
			Advice: "0.1 for handwriting."},
	}
}

func (a *Affine) move(numbers pairs, c coefficients) { a.draw(numbers).applyTo(c) }

// affineMap maps a pixel (u, v) of the distorted image to the point (x, y) of the original that it comes from. Both are
// distances from the center:
//
//	| x |   | cos -sin | | 1+scaleX  shear    | | u |   | shiftX |
//	| y | = | sin  cos | | 0         1+scaleY | | v | + | shiftY |
type affineMap struct {
	shiftX, shiftY float32 // pixels
	rotation       float32 // degrees
	scaleX, scaleY float32
	shear          float32
}

// draw makes a map of the first four pairs.
func (a *Affine) draw(numbers pairs) (m affineMap) {
	m.shiftX, m.shiftY = numbers.signed(0, a.Shift)
	m.scaleX, m.scaleY = numbers.signed(1, a.Scale)
	m.rotation, _ = numbers.signed(2, a.Rotation)
	m.shear, _ = numbers.signed(3, a.Shear)
	return m
}

// applyTo composes the map with the affine part of c, the coefficients of 1, u and v: it multiplies them by the two
// matrices and adds the shift.
func (m affineMap) applyTo(c coefficients) {
	sin, cos := exact.SinCos(m.rotation)
	scaleX, scaleY := 1+m.scaleX, 1+m.scaleY
	xx, xy := cos*scaleX, float32(cos*m.shear)-float32(sin*scaleY)
	yx, yy := sin*scaleX, float32(sin*m.shear)+float32(cos*scaleY)
	c.x[0] += m.shiftX
	c.y[0] += m.shiftY
	for _, i := range [...]int{1, c.across} {
		x, y := c.x[i], c.y[i]
		c.x[i], c.y[i] = float32(xx*x)+float32(xy*y), float32(yx*x)+float32(yy*y)
	}
}
