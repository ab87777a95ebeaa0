package config

import "dnn/internal/augment"

// sampleKeys are the keys of what is learned besides the samples and labels themselves.
func sampleKeys() []Key {
	return []Key{
		{Name: "augment", Optional: true,
			Doc: "Distorts each training image anew in each epoch, by random amounts up to these."},
		{Name: "augment.shift", Default: "0", Example: "0.5", kind: number{min: 0, max: augment.MaxShift},
			Doc: "Pixels, along each axis."},
		{Name: "augment.rotation", Default: "0", Example: "10", kind: number{min: 0, max: augment.MaxRotation},
			Doc: "Degrees, in either direction."},
		{Name: "augment.scale", Default: "0", Example: "0.1", kind: number{min: 0, max: augment.MaxScale},
			Doc: "Share of the size, along each axis, more or less."},
		{Name: "augment.shear", Default: "0", Example: "0.1", kind: number{min: 0, max: augment.MaxShear},
			Doc: "Slope, in either direction."},
		{Name: "augment.elastic",
			Doc: "A smooth random field of displacements (Simard, Steinkraus and Platt, 2003)."},
		{Name: "augment.elastic.alpha", Default: "0", Example: "34", kind: number{min: 0, max: augment.MaxAlpha},
			Doc: "Factor of the field, which is noise from -1 to 1 before it is smoothed."},
		{Name: "augment.elastic.sigma", Default: "4", Example: "6", kind: number{min: augment.MinSigma, max: augment.MaxSigma},
			Doc: "Standard deviation of the Gaussian that smoothes it, in pixels."},

		{Name: "augment.horizontal_flip", Default: "false", Example: "true", kind: boolean{},
			Doc: "Whether half of the images, at random, have left and right change places."},
		{Name: "augment.vertical_flip", Default: "false", Example: "true", kind: boolean{},
			Doc: "Whether half of the images, at random, have top and bottom change places."},

		{Name: "distill", Optional: true,
			Doc: "Learns from trained networks as well (Hinton, Vinyals and Dean, arXiv:1503.02531)."},
		{Name: "distill.teacher", Required: true, Example: "large.bin", kind: paths{},
			More: []string{"[a.bin, b.bin]"},
			Doc:  "Model file of the network to learn from; of several, the mean."},
		{Name: "distill.temperature", Default: "2", Example: "4", kind: number{min: 0, minOpen: true, max: 1000},
			Doc: "Divides the logits of teacher and student, which softens their probabilities."},
		{Name: "distill.weight", Default: "0.9", Example: "0.5", kind: number{min: 0, max: 1},
			Doc: "Weight of the teacher in the loss; the labels have the rest."},
	}
}
