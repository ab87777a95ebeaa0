package augment

import "dnn/internal/setting"

// Flips mirrors images at random: in each direction that is on with probability 1/2, independently of the other.
type Flips struct {
	Horizontal bool // left and right change places
	Vertical   bool // top and bottom change places
}

// Group returns "": the settings are in no group.
func (f *Flips) Group() (name, doc string) { return "", "" }

// Settings returns the two directions.
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

// move uses the numbers of the first pairs that Affine does not.
func (f *Flips) move(numbers pairs, c coefficients) {
	_, x := numbers.integers(2)
	_, y := numbers.integers(3)
	c.mirror(f.Horizontal && x < 0, f.Vertical && y < 0)
}

// mirror replaces u by -u, v by -v, or both.
func (c coefficients) mirror(x, y bool) {
	if x {
		c.x[1], c.y[1] = -c.x[1], -c.y[1]
	}
	if y {
		c.x[c.across], c.y[c.across] = -c.x[c.across], -c.y[c.across]
	}
}
