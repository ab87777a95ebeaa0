package config

import (
	"slices"

	"dnn/internal/augment"
	"dnn/internal/keyfile"
	"dnn/internal/setting"
)

// sampleKeys returns the keys of what training does to its samples and labels: distortions and teachers.
func sampleKeys() []Key { return slices.Concat(augmentKeys(), distillKeys()) }

// augmentKeys returns the settings of all distortions, and a group for each distortion that has one.
func augmentKeys() []Key {
	keys := []Key{{
		Name: augmentGroup, Optional: true, NoField: true,
		Doc: "Distorts each training image anew in each epoch, by random amounts up to these.",
	}}
	for _, d := range augment.All() {
		group := augmentGroup
		if name, doc := d.Group(); name != "" {
			group += "." + name
			keys = append(keys, Key{Name: group, Doc: doc})
		}
		for _, s := range d.Settings() {
			keys = append(keys, keyOf(group, s))
		}
	}
	return keys
}

// augmentGroup is the group of the distortions.
const augmentGroup = "augment"

// distortions returns every distortion with its settings, or nil where augment is off.
func distortions(v *keyfile.Values) augment.Distortions {
	flat, on := v.Group(augmentGroup)
	if !on {
		return nil
	}
	all := augment.All()
	for _, d := range all {
		values := flat
		if name, _ := d.Group(); name != "" {
			values, _ = v.Group(augmentGroup + "." + name)
		}
		setting.Fill(d.Settings(), values)
	}
	return all
}

// distillKeys returns the keys of learning from teachers.
func distillKeys() []Key {
	return []Key{
		{Name: "distill", Optional: true,
			Doc: "Learns from trained networks as well (Hinton, Vinyals and Dean, arXiv:1503.02531)."},
		{Name: "distill.teacher", Required: true, Example: "large.bin", Kind: keyfile.Paths{},
			More:   []string{"[a.bin, b.bin]"},
			Doc:    "Model file of the network to learn from; of several, the mean.",
			Advice: "a larger network that is better on the same data, such as that of large.yaml."},
		{Name: "distill.temperature", Default: "2", Example: "4",
			Kind:   keyfile.Number{Min: 0, MinOpen: true, Max: 1000},
			Doc:    "Divides the logits of teacher and student, which softens their probabilities.",
			Advice: "2 to 4: higher ones tell more of how alike classes are."},
		{Name: "distill.weight", Default: "0.9", Example: "0.5", Kind: keyfile.Number{Min: 0, Max: 1},
			Doc:    "Fraction of the loss that is the teacher's; the labels have the rest.",
			Advice: "0.9; 0.5 with a teacher that is hardly better than the student."},
	}
}
