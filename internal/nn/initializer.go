package nn

import (
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
	"dnn/internal/setting"
)

// Initializer says how a parameter is initialized: by one of Initializers and, as for Keras's Constant(value), its
// number. The zero Initializer stands for the parameter's default.
type Initializer struct {
	Name  string
	Value float64 // 0 unless the initializer needs a number
}

// initializer is the definition of an initializer.
type initializer struct {
	draw  func(stream *rand.PCG, p kernel.Matrix, value float64) // sets a Dense kernel [in, out] or a bias [1, out]
	bias  bool                                                   // a bias, which has no fan-in, can have it
	value setting.Bounds                                         // bounds of its number; zero: it needs none
}

// initializers has all initializers by Keras's names. It is never written to.
//
// Those with glorot, he and lecun in their names draw a kernel with the variance scale/fan. Glorot's, 1 over the mean
// of inputs and outputs, keeps the variance of activations and gradients about the same from layer to layer if the
// activation is nearly linear (Glorot and Bengio, AISTATS 2010). He's, 2 over the inputs, makes up for relu, which
// halves it (He et al., ICCV 2015). LeCun's, 1 over the inputs, suits selu (Klambauer et al., NIPS 2017).
var initializers = map[string]initializer{
	"glorot_normal":  varianceScaling(1, meanFan, truncatedNormal),
	"glorot_uniform": varianceScaling(1, meanFan, centeredUniform),
	"he_normal":      varianceScaling(2, fanIn, truncatedNormal),
	"he_uniform":     varianceScaling(2, fanIn, centeredUniform),
	"lecun_normal":   varianceScaling(1, fanIn, truncatedNormal),
	"lecun_uniform":  varianceScaling(1, fanIn, centeredUniform),
	"constant":       {draw: fill, bias: true, value: setting.From(-1_000_000, 1_000_000)},
	"ones":           {draw: func(_ *rand.PCG, p kernel.Matrix, _ float64) { fill(nil, p, 1) }, bias: true},
	"zeros":          {draw: func(_ *rand.PCG, p kernel.Matrix, _ float64) { fill(nil, p, 0) }, bias: true},
}

// Initializers returns the names of all initializers in alphabetical order.
func Initializers() []string { return slices.Sorted(maps.Keys(initializers)) }

// BiasInitializers returns those of them that a bias can have.
func BiasInitializers() []string {
	return slices.DeleteFunc(Initializers(), func(name string) bool { return !initializers[name].bias })
}

// InitializerValue returns the bounds of the number that the initializer called name needs, and whether it needs one.
func InitializerValue(name string) (bounds setting.Bounds, needed bool) {
	bounds = initializers[name].value
	return bounds, bounds != setting.Bounds{}
}

// validate returns an error unless i is the default, or one of names with a number that suits it.
func (i Initializer) validate(names []string) error {
	switch bounds, needed := InitializerValue(i.Name); {
	case i == Initializer{}:
		return nil
	case !slices.Contains(names, i.Name):
		return fmt.Errorf("wanted an initializer out of %v, found %q", names, i.Name)
	case needed && !bounds.Contain(i.Value):
		return fmt.Errorf("%s: wanted a number %s, found %v", i.Name, bounds, i.Value)
	case !needed && i.Value != 0:
		return fmt.Errorf("wanted no value beside the initializer %s, found %v", i.Name, i.Value)
	}
	return nil
}

// draw initializes p by i, or by the initializer called standard if i names none. The random stream depends on the
// seed, the initializer and the name of the layer.
func (i Initializer) draw(p kernel.Matrix, standard string, seed uint64, layer string) {
	name := cmp.Or(i.Name, standard)
	initializers[name].draw(random.Stream(seed, name+"/"+layer, 0), p, i.Value)
}

// MarshalJSON writes the name, or {"constant": 0.1}.
func (i Initializer) MarshalJSON() ([]byte, error) {
	if _, needed := InitializerValue(i.Name); needed {
		return json.Marshal(map[string]float64{i.Name: i.Value})
	}
	return json.Marshal(i.Name)
}

// UnmarshalJSON reads what MarshalJSON writes.
func (i *Initializer) UnmarshalJSON(text []byte) error {
	var name string
	if json.Unmarshal(text, &name) == nil {
		if _, needed := InitializerValue(name); !needed {
			*i = Initializer{Name: name}
			return nil
		}
	}
	var values map[string]*float64
	if json.Unmarshal(text, &values) == nil && len(values) == 1 {
		for name, value := range values {
			if _, needed := InitializerValue(name); needed && value != nil {
				*i = Initializer{name, *value}
				return nil
			}
		}
	}
	return fmt.Errorf(`wanted the name of an initializer or {"constant": NUMBER}, found %s`, text)
}

func fanIn(k kernel.Matrix) float64   { return float64(k.Rows) }
func meanFan(k kernel.Matrix) float64 { return float64(k.Rows+k.Cols) / 2 }

// distribution returns, for a variance, a function that draws a number with mean 0.
type distribution func(variance float64) func(*rand.PCG) float32

// varianceScaling returns the initializer that draws every element with variance scale/fan.
func varianceScaling(scale float64, fan func(kernel.Matrix) float64, d distribution) initializer {
	return initializer{draw: func(stream *rand.PCG, k kernel.Matrix, _ float64) {
		draw := d(scale / fan(k))
		kernel.EachElement(k, func(float32) float32 { return draw(stream) })
	}}
}

// centeredUniform is the uniform distribution over [-l, l), l = sqrt(3 variance).
func centeredUniform(variance float64) func(*rand.PCG) float32 {
	limit := float32(math.Sqrt(3 * variance))
	return func(stream *rand.PCG) float32 { return limit * (float32(2*random.Uniform(stream)) - 1) }
}

// truncatedDeviation is the standard deviation of the standard normal distribution truncated to [-2, 2].
const truncatedDeviation = 0.87962566103423978

// truncatedNormal is the normal distribution truncated at twice its standard deviation, and scaled to the variance.
func truncatedNormal(variance float64) func(*rand.PCG) float32 {
	deviation := float32(math.Sqrt(variance) / truncatedDeviation)
	return func(stream *rand.PCG) float32 {
		for { // three of five candidates are accepted
			x := 4*random.Uniform(stream) - 2
			if random.Uniform(stream) < exact.Exp(-float32(x*x)/2) {
				return deviation * x
			}
		}
	}
}

func fill(_ *rand.PCG, p kernel.Matrix, value float64) {
	kernel.EachElement(p, func(float32) float32 { return float32(value) })
}
