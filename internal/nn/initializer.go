package nn

import (
	"bytes"
	"cmp"
	"encoding/json"
	"fmt"
	"maps"
	"math"
	"math/rand/v2"
	"slices"

	"dnn/internal/exact"
	"dnn/internal/nn/kernel"
	"dnn/internal/random"
)

// Initializer says what a parameter starts as: one of Initializers by its name, or constant with the number that every
// element is set to, as Keras's Constant(value). The zero Initializer is the default of its parameter.
type Initializer struct {
	Name  string
	Value float64 // of constant; else 0
}

// ConstantInitializer is the name of the initializer with a value.
const ConstantInitializer = "constant"

// initializer draws a Dense kernel [in, out].
type initializer func(stream *rand.PCG, kernel kernel.Matrix)

// initializers are the known ones, by Keras's names. The table is never written to.
//
// The variance of a kernel is scale/fan. With 1 over the mean of inputs and outputs that of activations and of gradients
// stays about the same from layer to layer where the activation is about linear (Glorot and Bengio, AISTATS 2010); 2 over
// the inputs makes up for a relu, which halves it (He et al., ICCV 2015); 1 over the inputs suits selu (LeCun et al., 1998;
// Klambauer et al., NIPS 2017).
var initializers = map[string]initializer{
	"glorot_normal":  varianceScaling(1, meanFan, truncatedNormal),
	"glorot_uniform": varianceScaling(1, meanFan, centeredUniform),
	"he_normal":      varianceScaling(2, fanIn, truncatedNormal),
	"he_uniform":     varianceScaling(2, fanIn, centeredUniform),
	"lecun_normal":   varianceScaling(1, fanIn, truncatedNormal),
	"lecun_uniform":  varianceScaling(1, fanIn, centeredUniform),
	"ones":           constant(1),
	"zeros":          constant(0),
}

// Initializers returns the names of the known initializers without a value in alphabetical order.
func Initializers() []string { return slices.Sorted(maps.Keys(initializers)) }

// BiasInitializers returns those of them that a bias can have: a vector has no inputs and outputs to draw by.
func BiasInitializers() []string { return []string{"ones", "zeros"} }

// validate tells whether i is the default, one of names, or a constant.
func (i Initializer) validate(names []string) error {
	switch {
	case i == Initializer{}:
		return nil
	case i.Name == ConstantInitializer:
		if v := float32(i.Value); v-v != 0 {
			return fmt.Errorf("wanted a constant that is a finite float32, found %v", i.Value)
		}
		return nil
	case !slices.Contains(names, i.Name):
		return fmt.Errorf("wanted an initializer out of %v, or a constant, found %q", names, i.Name)
	case i.Value != 0:
		return fmt.Errorf("wanted no value beside the initializer %s, found %v", i.Name, i.Value)
	}
	return nil
}

// draw sets p to what i says, or where it says nothing to what standard does. The stream depends on the seed, the
// initializer and the name of the layer.
func (i Initializer) draw(p kernel.Matrix, standard string, seed uint64, layer string) {
	if i.Name == ConstantInitializer {
		constant(float32(i.Value))(nil, p)
		return
	}
	name := cmp.Or(i.Name, standard)
	initializers[name](random.Stream(seed, name+"/"+layer, 0), p)
}

// constantJSON is how a constant is written.
type constantJSON struct {
	Value *float64 `json:"constant"`
}

// MarshalJSON writes the name, or {"constant": 0.1}.
func (i Initializer) MarshalJSON() ([]byte, error) {
	if i.Name == ConstantInitializer {
		return json.Marshal(constantJSON{&i.Value})
	}
	return json.Marshal(i.Name)
}

// UnmarshalJSON reads what MarshalJSON writes.
func (i *Initializer) UnmarshalJSON(text []byte) error {
	var name string
	if json.Unmarshal(text, &name) == nil && name != ConstantInitializer {
		*i = Initializer{Name: name}
		return nil
	}
	var c constantJSON
	d := json.NewDecoder(bytes.NewReader(text))
	d.DisallowUnknownFields()
	if d.Decode(&c) != nil || c.Value == nil {
		return fmt.Errorf(`wanted the name of an initializer or {"constant": NUMBER}, found %s`, text)
	}
	*i = Initializer{ConstantInitializer, *c.Value}
	return nil
}

func fanIn(k kernel.Matrix) float64   { return float64(k.Rows) }
func meanFan(k kernel.Matrix) float64 { return float64(k.Rows+k.Cols) / 2 }

// distribution returns the function that draws one number, whose mean is 0, given the variance.
type distribution func(variance float64) func(*rand.PCG) float32

// varianceScaling draws every element with variance scale/fan.
func varianceScaling(scale float64, fan func(kernel.Matrix) float64, d distribution) initializer {
	return func(stream *rand.PCG, k kernel.Matrix) {
		draw := d(scale / fan(k))
		for r := range k.Rows {
			for c, w := 0, k.Row(r); c < len(w); c++ {
				w[c] = draw(stream)
			}
		}
	}
}

// centeredUniform is uniform in [-l, l), l = sqrt(3 variance).
func centeredUniform(variance float64) func(*rand.PCG) float32 {
	limit := float32(math.Sqrt(3 * variance))
	return func(stream *rand.PCG) float32 { return limit * (float32(2*random.Uniform(stream)) - 1) }
}

// truncatedDeviation is the standard deviation of a standard normal distribution without what lies beyond +-2.
const truncatedDeviation = 0.87962566103423978

// truncatedNormal is normal without what lies beyond two standard deviations, those of the whole distribution.
func truncatedNormal(variance float64) func(*rand.PCG) float32 {
	deviation := float32(math.Sqrt(variance) / truncatedDeviation)
	return func(stream *rand.PCG) float32 {
		for { // three of five uniform numbers pass
			x := 4*random.Uniform(stream) - 2
			if random.Uniform(stream) < exact.Exp(-float32(x*x)/2) {
				return deviation * x
			}
		}
	}
}

// constant sets every element to the same number.
func constant(v float32) initializer {
	return func(_ *rand.PCG, k kernel.Matrix) {
		for r := range k.Rows {
			w := k.Row(r)
			for c := range w {
				w[c] = v
			}
		}
	}
}
