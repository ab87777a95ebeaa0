package augment

import (
	"fmt"
	"strings"
)

// Ranges says how images are distorted: every figure is drawn anew for each image, uniformly between minus and plus the one
// given here, and so is whether it is flipped. Zero and false leave a distortion out.
type Ranges struct {
	Shift    float64 // pixels, along rows and along columns
	Rotation float64 // degrees
	Scale    float64 // along rows and along columns: 0.1 is from 0.9 to 1.1 times the size
	Shear    float64 // the slope that upright lines get
	Elastic  Elastic

	HorizontalFlip bool // left and right change places, in half of the images
	VerticalFlip   bool // top and bottom, likewise, by a coin of its own
}

// String returns the ranges as an experiment file has them, without the distortions that are left out.
func (r Ranges) String() string {
	var set []string
	for _, f := range []struct {
		name  string
		value float64
	}{{"shift", r.Shift}, {"rotation", r.Rotation}, {"scale", r.Scale}, {"shear", r.Shear}} {
		if f.value != 0 {
			set = append(set, fmt.Sprintf("%s: %v", f.name, f.value))
		}
	}
	if r.Elastic.Alpha != 0 {
		set = append(set, fmt.Sprintf("elastic: {alpha: %v, sigma: %v}", r.Elastic.Alpha, r.Elastic.Sigma))
	}
	if r.HorizontalFlip {
		set = append(set, "horizontal_flip: true")
	}
	if r.VerticalFlip {
		set = append(set, "vertical_flip: true")
	}
	return "{" + strings.Join(set, ", ") + "}"
}

// Elastic is a displacement of each pixel by two fields of noise, one along rows and one along columns. A field is uniform
// noise in [-1, 1] at each pixel, and none outside of the image, smoothed by a Gaussian of standard deviation Sigma pixels
// whose sum is 1, and multiplied by Alpha. Away from the border its standard deviation is Alpha / (Sigma sqrt(12 pi)) pixels.
type Elastic struct {
	Alpha float64
	Sigma float64 // pixels; at least MinSigma if Alpha is not 0
}

// The most of each figure of Ranges: beyond it nothing is left of an image to learn from. Sigma is bounded below too: noise
// that is smoothed by less is as good as not smoothed.
const (
	MaxShift    = 1000
	MaxRotation = 180
	MaxScale    = 0.99
	MaxShear    = 10
	MaxAlpha    = 10_000
	MinSigma    = 0.25
	MaxSigma    = 100
)

// Validate returns an error that names the first figure that makes no sense.
func (r Ranges) Validate() error {
	for _, f := range []struct {
		name        string
		value, most float64
	}{
		{"shift", r.Shift, MaxShift},
		{"rotation", r.Rotation, MaxRotation},
		{"scale", r.Scale, MaxScale},
		{"shear", r.Shear, MaxShear},
		{"elastic alpha", r.Elastic.Alpha, MaxAlpha},
		{"elastic sigma", r.Elastic.Sigma, MaxSigma},
	} {
		if !(f.value >= 0 && f.value <= f.most) {
			return fmt.Errorf("%s: wanted a number from 0 to %v, found %v", f.name, f.most, f.value)
		}
	}
	if r.Elastic.Alpha > 0 && r.Elastic.Sigma < MinSigma {
		return fmt.Errorf("elastic sigma: wanted at least %v pixels, found %v", MinSigma, r.Elastic.Sigma)
	}
	return nil
}
