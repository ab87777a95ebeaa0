package augment

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"

	"dnn/internal/setting"
)

// Distortion is one way to distort images, with its settings. It is also a mover or a painter. A new distortion is a
// file of its own and an entry in All.
//
// It gets random numbers of its own for each image, so its effect does not depend on the other distortions.
type Distortion interface {
	// Group returns the name of the group of settings in an experiment file, and what the distortion does. Both are
	// empty if the settings are in no group.
	Group() (name, doc string)

	// Settings returns the settings. A distortion with a group is off if its first setting is 0 or false. One without a
	// group is off if all its settings are.
	Settings() []setting.Setting
}

// mover is a distortion that determines where the pixels of an image come from.
type mover interface {
	Distortion
	// move changes the coefficients c of one image by the random numbers that are meant for the mover; see moves.
	move(numbers pairs, c coefficients)
}

// field is a mover that adds functions to the basis. There can be only one.
type field interface {
	mover
	// functions returns the functions of an axis of size pixels, each as its values at these pixels.
	functions(size int) [][]float32
}

// painter is a distortion that changes pixels after the movers.
type painter interface {
	Distortion
	// purpose names the painter's random streams; see random.NewKey.
	purpose() string
	// paint changes an image [rows, cols] in place.
	paint(stream *rand.PCG, image []uint8, rows, cols int)
}

// Distortions are applied to the same image, each type at most once. The order of movers makes no difference; painters
// act in their order.
type Distortions []Distortion

// All returns every distortion, in the order of an experiment file, with its default settings. By default all are off.
func All() Distortions { return Distortions{&Affine{}, newElastic(), &Flips{}, newRandomErasing()} }

// validate returns an error about the first setting that is out of its bounds or contradicts another one.
func (ds Distortions) validate() error {
	for _, d := range ds {
		name, _ := d.Group()
		if err := setting.Check(d.Settings()); err != nil {
			return fmt.Errorf("%s%w", prefix(name), err)
		}
		if err := setting.Contradiction(d); err != nil {
			return fmt.Errorf("%s%w", prefix(name), err)
		}
	}
	return nil
}

// String returns the distortions as they are written in an experiment file, without those that are off.
func (ds Distortions) String() string {
	var all []string
	for _, d := range ds {
		if isOff(d) {
			continue
		}
		name, _ := d.Group()
		var own []string
		for _, s := range d.Settings() {
			if name != "" || !isZero(s) {
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

// isOff reports whether a distortion does nothing. See Distortion.Settings.
func isOff(d Distortion) bool {
	settings := d.Settings()
	if name, _ := d.Group(); name != "" {
		settings = settings[:1]
	}
	return !slices.ContainsFunc(settings, func(s setting.Setting) bool { return !isZero(s) })
}

func isZero(s setting.Setting) bool { return s.Text() == "0" || s.Text() == "false" }

// prefix returns what stands before the name of a setting of a group, "" if there is no group.
func prefix(group string) string {
	if group == "" {
		return ""
	}
	return group + " "
}
