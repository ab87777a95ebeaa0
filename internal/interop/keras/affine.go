package keras

import (
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"slices"

	"dnn/internal/interop/chain"
	"dnn/internal/interop/keras/config"
)

// rescaling adds x scale + offset, in which both are numbers, or arrays of the shape of x's last dimensions.
func (b *builder) rescaling(l *config.Layer) error {
	s := chain.Affine{Name: l.Name}
	for _, one := range []struct {
		name string
		to   *[]float64
	}{{"scale", &s.Scale}, {"offset", &s.Shift}} {
		raw := l.Settings[one.name]
		if one.name == "offset" && !l.Settings.Given(one.name) {
			raw = json.RawMessage("0")
		}
		values, shape, err := config.Numbers(raw)
		if err != nil {
			return fmt.Errorf("%s: %w, found %s", one.name, err, config.Clip(string(raw)))
		}
		if *one.to, err = b.broadcast(values, shape); err != nil {
			return fmt.Errorf("%s: %w", one.name, err)
		}
	}
	b.add(s)
	return nil
}

// maxSpread is how many numbers all layers together may make of lists. Files have few, which are repeated.
const maxSpread = 1 << 21

// broadcast returns the values for all values that reach the layer, as NumPy does: dimensions are aligned at the last,
// and what has one element is repeated. One number stays one.
func (b *builder) broadcast(values []float64, shape []int) ([]float64, error) {
	if len(values) == 1 {
		return values, nil
	}
	if b.shape == nil && len(shape) == 1 {
		b.setShape(shape)
	}
	missing := len(b.shape) - len(shape)
	if missing < 0 {
		return nil, fmt.Errorf("wanted a number, or one for each of %v values, found %v", b.shape, shape)
	}
	for i, side := range shape {
		if side != 1 && side != b.shape[missing+i] {
			return nil, fmt.Errorf("wanted a number, or one for each of %v values, found %v", b.shape, shape)
		}
	}
	if b.spread += config.Product(b.shape); b.spread > maxSpread {
		return nil, fmt.Errorf("wanted at most %d numbers that scale or shift a value, found more", maxSpread)
	}
	all := make([]float64, config.Product(b.shape))
	for i := range all {
		at, rest, stride := 0, i, 1
		for k := len(shape) - 1; k >= 0; k-- {
			if shape[k] > 1 {
				at += rest % shape[k] * stride
			}
			rest /= b.shape[missing+k]
			stride *= shape[k]
		}
		all[i] = values[at]
	}
	return all, nil
}

func normalizationVariables(s config.Settings) ([]variable, error) {
	if s.Given("mean") {
		return nil, nil
	}
	return []variable{{"mean", false}, {"variance", false}, {"count", false}}, nil
}

// normalization adds (x - mean) / max(sqrt(variance), 1e-7), or its inverse. mean and variance have the dimensions of x
// that axis names.
func (b *builder) normalization(l *config.Layer) error {
	axes, err := l.Settings.Axes("axis", -1)
	if err != nil {
		return err
	}
	if b.shape == nil && len(axes) == 1 && len(b.weights[l]) == 3 {
		// The file does not say the shape of its inputs elsewhere.
		a, err := b.weights[l][0].at.Values()
		if err != nil {
			return err
		}
		b.setShape(a.Shape)
	}
	kept, err := b.kept(axes)
	if err != nil {
		return err
	}
	mean, err := b.moment(l, "mean", kept)
	if err != nil {
		return err
	}
	variance, err := b.moment(l, "variance", kept)
	if err != nil {
		return err
	}
	invert, err := l.Settings.Flag("invert", false)
	if err != nil {
		return err
	}
	const epsilon = 1e-7 // keras.config.epsilon()
	n := max(len(mean), len(variance))
	s := chain.Affine{Name: l.Name, Scale: make([]float64, n), Shift: make([]float64, n)}
	for i := range n {
		m, v := mean[min(i, len(mean)-1)], variance[min(i, len(variance)-1)]
		std := max(math.Sqrt(v), epsilon)
		if math.IsNaN(std) {
			return fmt.Errorf("variance: wanted a number of at least 0, found %v", v)
		}
		s.Scale[i], s.Shift[i] = 1/std, -m/std
		if invert {
			s.Scale[i], s.Shift[i] = std, m
		}
	}
	b.add(s)
	return nil
}

// kept returns the shape of x with the dimensions that are not among axes, which count the batch's as 0, set to 1.
func (b *builder) kept(axes []int) ([]int, error) {
	kept := make([]int, len(b.shape))
	for i := range kept {
		kept[i] = 1
	}
	for _, axis := range axes {
		if axis < 0 {
			axis += len(b.shape) + 1
		}
		if axis < 1 || axis > len(b.shape) {
			return nil, fmt.Errorf("axis: wanted a dimension of %v, counted from 1, found %v", b.shape, axes)
		}
		kept[axis-1] = b.shape[axis-1]
	}
	return kept, nil
}

// moment returns the mean or the variance for all values that reach the layer.
func (b *builder) moment(l *config.Layer, name string, kept []int) ([]float64, error) {
	sides := slices.DeleteFunc(slices.Clone(kept), func(n int) bool { return n == 1 })
	if len(b.weights[l]) == 0 {
		values, shape, err := config.Numbers(l.Settings[name])
		if err != nil {
			return nil, fmt.Errorf("%s: %w, found %s", name, err, config.Clip(string(l.Settings[name])))
		}
		if len(values) == 1 {
			return values, nil
		}
		if !slices.Equal(slices.DeleteFunc(shape, func(n int) bool { return n == 1 }), sides) {
			return nil, fmt.Errorf("%s: wanted a number, or %v, found %v", name, sides, shape)
		}
		return b.broadcast(values, kept)
	}
	a, err := b.array(l, name)
	if err != nil {
		return nil, err
	}
	if !slices.Equal(slices.DeleteFunc(slices.Clone(a.Shape), func(n int) bool { return n == 1 }), sides) {
		return nil, fmt.Errorf("%s: wanted %v, found %v", name, sides, a.Shape)
	}
	floats, err := a.Floats()
	if err != nil {
		return nil, err
	}
	values := make([]float64, len(floats))
	for i, v := range floats {
		values[i] = float64(v)
	}
	if len(values) == 0 {
		return nil, errors.New("wanted at least one value")
	}
	return b.broadcast(values, kept)
}
