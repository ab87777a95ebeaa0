package augment

import "fmt"

// Ranges says how much images are distorted: every figure is drawn anew for each image, uniformly between minus and plus
// the one given here. Zero leaves a distortion out.
type Ranges struct {
	Shift    float64 // pixels, along rows and along columns
	Rotation float64 // degrees
	Scale    float64 // along rows and along columns: 0.1 is from 0.9 to 1.1 times the size
	Shear    float64 // the slope that upright lines get
	Elastic  Elastic
}

// Elastic is a displacement of each pixel by two fields of noise, one along rows and one along columns. A field is uniform
// noise in [-1, 1] at each pixel, and none outside of the image, smoothed by a Gaussian of standard deviation Sigma pixels
// whose sum is 1, and multiplied by Alpha. Away from the border its standard deviation is Alpha / (Sigma sqrt(12 pi)) pixels.
type Elastic struct {
	Alpha float64
	Sigma float64 // pixels; at least MinSigma if Alpha is not 0
}

// MinSigma is the least sigma of an elastic displacement: noise that is smoothed by less is as good as not smoothed.
const MinSigma = 0.25

// Validate returns an error that names the first figure that makes no sense. Beyond the upper bounds nothing is left of an
// image to learn from.
func (r Ranges) Validate() error {
	for _, f := range []struct {
		name        string
		value, most float64
	}{
		{"shift", r.Shift, 1000},
		{"rotation", r.Rotation, 180},
		{"scale", r.Scale, 0.99},
		{"shear", r.Shear, 10},
		{"elastic alpha", r.Elastic.Alpha, 10000},
		{"elastic sigma", r.Elastic.Sigma, 1000},
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
