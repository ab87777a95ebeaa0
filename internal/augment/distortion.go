package augment

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"

	"dnn/internal/setting"
)

// Distortion is one way to distort images, and how far it goes. What it can be told stands in its file, beside what it
// does. It is a mover or a painter; a new one is such a file, and a word in All.
//
// Its random numbers come from a stream of its own for each image, so they do not depend on what else there is.
type Distortion interface {
	// Group returns the name of the group of settings, and what the distortion is. Both are empty where the settings stand
	// among those of other distortions.
	Group() (name, doc string)

	// Settings returns what the distortion can be told. Where the first one of a group is 0, the group is left out, and
	// where there is no group, each setting that is 0 or false.
	Settings() []setting.Setting

	// purpose names the streams (random.NewKey).
	purpose() string
}

// mover is a distortion that says where the pixels of an image come from.
type mover interface {
	Distortion
	move(stream *rand.PCG, c coefficients)
}

// field is a mover whose displacements are made of functions of its own. Of these there can be one.
type field interface {
	mover
	// functions returns functions of a row or column, each at all of the pixels of an axis.
	functions(size int) [][]float32
}

// painter is a distortion that changes pixels once they have come to their places.
type painter interface {
	Distortion
	paint(stream *rand.PCG, image []uint8, rows, cols int)
}

// checker is a distortion with settings that do not always go together.
type checker interface {
	Distortion
	// conflict returns the name of a setting that does not go with the others, and why; both are empty if there is none.
	conflict() (name, why string)
}

// Ranges are the distortions of images, each of a kind at most once. Every figure is drawn anew for each image. The order
// of movers makes no difference; painters act one after another.
type Ranges []Distortion

// All returns every distortion, in the order of an experiment file. Each is as it is where nothing is said of it, and
// leaves images as they are.
func All() Ranges { return Ranges{&Affine{}, newElastic(), &Flips{}, newRandomErasing()} }

// Validate returns an error that names the first setting that makes no sense.
func (r Ranges) Validate() error {
	for _, d := range r {
		name, _ := d.Group()
		if err := setting.Check(d.Settings()); err != nil {
			return fmt.Errorf("%s%w", prefix(name, " "), err)
		}
	}
	if key, why := r.Conflict(); key != "" {
		return fmt.Errorf("%s: %s", strings.Replace(key, ".", " ", 1), why)
	}
	return nil
}

// Conflict returns the first setting, group.name, that does not go with others of its distortion, and why; both are empty
// if there is none.
func (r Ranges) Conflict() (key, why string) {
	for _, d := range r {
		if c, ok := d.(checker); ok {
			if key, why := c.conflict(); key != "" {
				name, _ := d.Group()
				return prefix(name, ".") + key, why
			}
		}
	}
	return "", ""
}

// String returns the ranges as an experiment file has them, without the distortions that are left out.
func (r Ranges) String() string {
	var all []string
	for _, d := range r {
		if isOff(d) {
			continue
		}
		name, _ := d.Group()
		var own []string
		for _, s := range d.Settings() {
			if name != "" || !isNone(s) {
				own = append(own, s.Name+": "+s.Text())
			}
		}
		if name != "" {
			own = []string{name + ": {" + strings.Join(own, ", ") + "}"}
		}
		all = append(all, own...)
	}
	return "{" + strings.Join(all, ", ") + "}"
}

// isOff reports whether a distortion leaves all images as they are.
func isOff(d Distortion) bool {
	settings := d.Settings()
	if name, _ := d.Group(); name != "" {
		settings = settings[:1]
	}
	return !slices.ContainsFunc(settings, func(s setting.Setting) bool { return !isNone(s) })
}

func isNone(s setting.Setting) bool { return s.Text() == "0" || s.Text() == "false" }

// prefix returns a name with what follows it, or nothing if there is none.
func prefix(name, separator string) string {
	if name == "" {
		return ""
	}
	return name + separator
}
