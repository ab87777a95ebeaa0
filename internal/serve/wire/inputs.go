package wire

import (
	"bytes"
	"errors"
	"fmt"
	"math"
	"net/http"

	"dnn/internal/fault"
	"dnn/internal/predict"
	"dnn/internal/serve/engine"
)

// Values returns the answer for samples that are numbers, Features of them each: pixels of images, or the values of a
// table's columns. Pixels are from 0 to 255, as of a picture, or from 0 to 1, as programs that train networks have them:
// an image with no number above 1 is taken as the second, since as the first it would be blank.
func Values(n *engine.Network, values []float64) (*engine.Answer, error) {
	features := n.Features()
	if len(values)%features != 0 {
		return nil, Errorf(http.StatusBadRequest, "wanted %d numbers for each sample, found %d in all", features,
			len(values))
	}
	if n.Columns() != nil {
		for i, v := range values {
			if math.IsNaN(v) || math.Abs(v) > math.MaxFloat32 {
				return nil, Errorf(http.StatusBadRequest, "sample %d, %q: wanted a finite number of at most 3.4e38, "+
					"found %v", i/features+1, n.Columns()[i%features], v)
			}
		}
		s, err := n.Input().Values(values)
		if err != nil {
			return nil, &StatusError{http.StatusBadRequest, err}
		}
		return n.Floats(s.Floats)
	}
	inputs, scale := make([]float32, len(values)), n.Model().Scale
	for lo := 0; lo < len(values); lo += features {
		image := values[lo : lo+features]
		most := 0.
		for _, v := range image {
			if !(v >= 0 && v <= 255) {
				return nil, Errorf(http.StatusBadRequest, "sample %d: wanted pixels from 0 to 255, or from 0 to 1, "+
					"found %v", lo/features+1, v)
			}
			if v > most { // max would look for NaNs again, which takes as long as the rest of the loop
				most = v
			}
		}
		one := scale
		if most <= 1 {
			one = 255 * scale
		}
		for i, v := range image {
			inputs[lo+i] = float32(v * one)
		}
	}
	return n.Floats(inputs)
}

// Pixels returns the answer for images whose pixels are bytes.
func Pixels(n *engine.Network, pixels []uint8) (*engine.Answer, error) {
	if n.Columns() != nil {
		return nil, Errorf(http.StatusBadRequest, "wanted numbers for the columns of a table, found images of bytes")
	}
	if len(pixels)%n.Features() != 0 {
		return nil, Errorf(http.StatusBadRequest, "wanted %d bytes for each image, found %d in all", n.Features(),
			len(pixels))
	}
	return n.Bytes(pixels)
}

// Pictures returns the answer for encoded pictures (PNG, JPEG, …) of one digit each, or of the model's own size.
func Pictures(n *engine.Network, pictures [][]byte) (*engine.Answer, error) {
	var all []byte
	err := n.Reader(func(r *predict.Reader) error {
		for i, picture := range pictures {
			pixels, err := r.Pixels(bytes.NewReader(picture), fmt.Sprintf("picture %d", i+1))
			if err != nil {
				return err
			}
			all = append(all, pixels...)
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	return n.Bytes(all)
}

// CheckShape returns the number of samples that a tensor of a shape has: [n, features], or [n, rows, columns] of
// images, also with a last dimension of 1, or any of them without the n.
func CheckShape(n *engine.Network, shape []int) (samples int, err error) {
	one := shape
	if len(one) > 2 && one[len(one)-1] == 1 {
		one = one[:len(one)-1]
	}
	rows, columns := n.Size()
	features := n.Features()
	image := len(one) >= 2 && n.Columns() == nil && one[len(one)-2] == rows && one[len(one)-1] == columns
	switch {
	case len(one) == 3 && image:
		return one[0], nil
	case len(one) == 2 && one[1] == features:
		return one[0], nil
	case len(one) == 2 && image, len(one) == 1 && one[0] == features:
		return 1, nil
	}
	if n.Columns() != nil {
		return 0, Errorf(http.StatusBadRequest, "wanted the shape [-1,%d], for the columns of the table, found %v",
			features, shape)
	}
	return 0, Errorf(http.StatusBadRequest, "wanted the shape [-1,%d] or [-1,%d,%d], found %v", features, rows, columns,
		shape)
}

// body is the place of errors about a picture without a name.
const body = "the body"

// Pages writes what dnn predict --json prints for a picture. The name - is that of a picture which has none.
func Pages(n *engine.Network, picture []byte, name string, o predict.Options) ([]byte, error) {
	file := name
	if name == "-" && n.Columns() != nil { // it takes no picture, and says so
		file = body
	}
	var out bytes.Buffer
	err := n.Reader(func(r *predict.Reader) error { return r.WriteJSON(&out, bytes.NewReader(picture), file, o) })
	if e, ok := errors.AsType[*fault.Error](err); ok && name == "-" {
		other := *e // package predict takes - for standard input
		other.Where = body
		err = &other
	}
	return out.Bytes(), err
}
