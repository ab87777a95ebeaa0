package config

import (
	"dnn/internal/augment"
	"dnn/internal/keyfile"
)

// sampleKeys are the keys of what is learned besides the samples and labels themselves.
func sampleKeys() []Key {
	return []Key{
		{Name: "augment", Optional: true,
			Doc: "Distorts each training image anew in each epoch, by random amounts up to these."},
		{Name: "augment.shift", Default: "0", Example: "0.5", Kind: keyfile.Number{Min: 0, Max: augment.MaxShift},
			Doc:    "Pixels, along each axis; 0: none.",
			Advice: "0.5 to 1 for digits, which are centered; more where things are not."},
		{Name: "augment.rotation", Default: "0", Example: "10", Kind: keyfile.Number{Min: 0, Max: augment.MaxRotation},
			Doc:    "Degrees, in either direction; 0: none.",
			Advice: "10 to 15 for digits; less where direction has a meaning."},
		{Name: "augment.scale", Default: "0", Example: "0.1", Kind: keyfile.Number{Min: 0, Max: augment.MaxScale},
			Doc:    "Fraction of the size, along each axis, more or less; 0: none.",
			Advice: "0.1 to 0.15."},
		{Name: "augment.shear", Default: "0", Example: "0.1", Kind: keyfile.Number{Min: 0, Max: augment.MaxShear},
			Doc:    "Slope, in either direction; 0: none.",
			Advice: "0.1 for handwriting."},
		{Name: "augment.elastic",
			Doc: "A smooth random field of displacements (Simard, Steinkraus and Platt, 2003)."},
		{Name: "augment.elastic.alpha", Default: "0", Example: "34", Kind: keyfile.Number{Min: 0, Max: augment.MaxAlpha},
			Doc:    "Factor of the field, which is noise from -1 to 1 before it is smoothed; 0: none.",
			Advice: "34 with a sigma of 6 for digits of 28 x 28 pixels: what helps them most."},
		{Name: "augment.elastic.sigma", Default: "4", Example: "6", Kind: keyfile.Number{Min: augment.MinSigma, Max: augment.MaxSigma},
			Doc:    "Standard deviation of the Gaussian that smoothes it, in pixels.",
			Advice: "4 to 8: less crumples the image, more only moves it."},

		{Name: "augment.horizontal_flip", Default: "false", Example: "true", Kind: keyfile.Boolean{},
			Doc:    "Whether half of the images, at random, have left and right change places.",
			Advice: "true for clothes and animals, false for digits and letters."},
		{Name: "augment.vertical_flip", Default: "false", Example: "true", Kind: keyfile.Boolean{},
			Doc:    "Whether half of the images, at random, have top and bottom change places.",
			Advice: "true for images without an up, as of a microscope."},

		{Name: "distill", Optional: true,
			Doc: "Learns from trained networks as well (Hinton, Vinyals and Dean, arXiv:1503.02531)."},
		{Name: "distill.teacher", Required: true, Example: "large.bin", Kind: keyfile.Paths{},
			More:   []string{"[a.bin, b.bin]"},
			Doc:    "Model file of the network to learn from; of several, the mean.",
			Advice: "a larger network that is better on the same data, such as that of large.yaml."},
		{Name: "distill.temperature", Default: "2", Example: "4", Kind: keyfile.Number{Min: 0, MinOpen: true, Max: 1000},
			Doc:    "Divides the logits of teacher and student, which softens their probabilities.",
			Advice: "2 to 4: higher ones tell more of how alike classes are."},
		{Name: "distill.weight", Default: "0.9", Example: "0.5", Kind: keyfile.Number{Min: 0, Max: 1},
			Doc:    "Fraction of the loss that is the teacher's; the labels have the rest.",
			Advice: "0.9; 0.5 with a teacher that is hardly better than the student."},
	}
}
