package augment

import (
	"math/rand/v2"

	"dnn/internal/setting"
)

// Flips are mirror images, each of the two by a coin of its own.
type Flips struct {
	Horizontal bool // left and right change places, in half of the images
	Vertical   bool // top and bottom, likewise
}

// Group says that the settings stand by themselves.
func (f *Flips) Group() (name, doc string) { return "", "" }

// Settings returns which flips there are.
func (f *Flips) Settings() []setting.Setting {
	return []setting.Setting{
		{Name: "horizontal_flip", Value: &f.Horizontal, Example: "true",
			Doc:    "Whether half of the images, at random, have left and right change places.",
			Advice: "true for clothes and animals, false for digits and letters."},
		{Name: "vertical_flip", Value: &f.Vertical, Example: "true",
			Doc:    "Whether half of the images, at random, have top and bottom change places.",
			Advice: "true for images without an up, as of a microscope."},
	}
}

func (f *Flips) purpose() string { return purposeOfMoves }

func (f *Flips) move(stream *rand.PCG, c coefficients) {
	skip(stream, 2) // Affine's alone; of the next two each has half
	_, x := integers(stream)
	_, y := integers(stream)
	c.mirror(f.Horizontal && x < 0, f.Vertical && y < 0)
}

// mirror lets a pixel be as far on the other side of the center, along x, along y or both, before it is mapped.
func (c coefficients) mirror(x, y bool) {
	if x {
		c.x[1], c.y[1] = -c.x[1], -c.y[1]
	}
	if y {
		c.x[c.across], c.y[c.across] = -c.x[c.across], -c.y[c.across]
	}
}
