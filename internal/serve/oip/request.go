package oip

import (
	"encoding/base64"
	"encoding/binary"
	"encoding/json"
	"math"
	"net/http"
	"slices"
	"strconv"

	"dnn/internal/serve/engine"
	"dnn/internal/serve/wire"
)

// request is an inference request.
type request struct {
	ID         string          `json:"id"`
	Parameters parameters      `json:"parameters"`
	Inputs     [2]*inputTensor `json:"inputs"` // one; of more, a million would take fifty times the memory of their text
	Outputs    []outputTensor  `json:"outputs"`
}

// parameters are those that have a meaning here; others are passed over, as the protocol wants it.
type parameters struct {
	BinaryDataSize   *int64 `json:"binary_data_size"`
	BinaryData       *bool  `json:"binary_data"`
	BinaryDataOutput bool   `json:"binary_data_output"`
}

type inputTensor struct {
	Name       string          `json:"name"`
	Shape      []int           `json:"shape"`
	Datatype   string          `json:"datatype"`
	Parameters parameters      `json:"parameters"`
	Data       json.RawMessage `json:"data"`
}

type outputTensor struct {
	Name       string     `json:"name"`
	Parameters parameters `json:"parameters"`
}

func bad(format string, args ...any) error {
	return wire.Errorf(http.StatusBadRequest, format, args...)
}

// parse reads a request from a body. header is the value of Inference-Header-Content-Length: how many bytes of the body
// are JSON; the rest is the input. Empty: all of it is JSON.
func (m *memo) parse(body []byte, header string) (q *request, rest []byte, err error) {
	text := body
	if header != "" {
		n, err := strconv.ParseUint(header, 10, 63)
		if err != nil || n > uint64(len(body)) {
			return nil, nil, bad("%s: wanted a number of bytes up to the %d of the body, found %q", headerLengthHeader,
				len(body), wire.Short(header))
		}
		text, rest = body[:n], body[n:]
	}
	if header != "" {
		q, err = m.request(text)
	} else {
		q = new(request)
		err = json.Unmarshal(text, q)
	}
	if err != nil {
		return nil, nil, bad("wanted an inference request in JSON: %w", err)
	}
	in := q.Inputs[0]
	if in == nil || q.Inputs[1] != nil {
		return nil, nil, bad("wanted one input, %q, found %s", inputName, map[bool]string{true: "none", false: "more"}[in == nil])
	}
	if in.Name != inputName {
		return nil, nil, bad("wanted the input %q, found %q", inputName, wire.Short(in.Name))
	}
	for i, out := range q.Outputs {
		if out.Name != probabilitiesName && out.Name != className {
			return nil, nil, bad("wanted the outputs %q and %q, found %q", probabilitiesName, className,
				wire.Short(out.Name))
		}
		// A response of a million outputs would take more memory than there is.
		if slices.ContainsFunc(q.Outputs[:i], func(o outputTensor) bool { return o.Name == out.Name }) {
			return nil, nil, bad("wanted each output once, found %q twice", out.Name)
		}
	}
	size := in.Parameters.BinaryDataSize
	switch {
	case size == nil && len(rest) > 0:
		return nil, nil, bad("wanted binary_data_size for the %d bytes after the JSON, found none", len(rest))
	case size != nil && *size != int64(len(rest)):
		return nil, nil, bad("binary_data_size: wanted %d, the number of bytes after the JSON, found %d", len(rest),
			*size)
	case size != nil && len(in.Data) > 0:
		return nil, nil, bad("wanted data or binary_data_size, found both")
	case size == nil && len(in.Data) == 0:
		return nil, nil, bad("wanted data or binary_data_size, found neither")
	}
	if size == nil {
		rest = nil
	} else if rest == nil {
		rest = []byte{}
	}
	return q, rest, nil
}

// maxDimensions is the most that a shape may have, so that an error can tell it.
const maxDimensions = 8

// elements returns the product of a shape.
func elements(shape []int) (int, error) {
	if len(shape) > maxDimensions {
		return 0, bad("shape: wanted at most %d dimensions, found %d", maxDimensions, len(shape))
	}
	count := 1
	for _, n := range shape {
		if n < 0 {
			return 0, bad("shape: wanted numbers from 0 on, found %d", n)
		}
		if n > 0 && count > math.MaxInt32/n {
			return 0, bad("shape: wanted at most %d elements, found more", math.MaxInt32)
		}
		count *= n
	}
	return count, nil
}

// answer computes the answer for the input. raw is its bytes after the JSON; nil: it is in the JSON.
func (in *inputTensor) answer(n *engine.Network, raw []byte) (*engine.Answer, error) {
	count, err := elements(in.Shape)
	if err != nil {
		return nil, err
	}
	if in.Datatype == "BYTES" {
		pictures, err := in.pictures(count, raw)
		if err != nil {
			return nil, err
		}
		return wire.Pictures(n, pictures)
	}
	if _, err := wire.CheckShape(n, in.Shape); err != nil {
		return nil, err
	}
	width := 0
	switch in.Datatype {
	case "UINT8":
		width = 1
	case "FP32":
		width = 4
	case "FP64":
		width = 8
	}
	switch {
	case width == 0:
		return nil, bad("wanted the datatype FP32, FP64, UINT8 or BYTES, found %q", wire.Short(in.Datatype))
	case raw != nil && len(raw) != count*width:
		return nil, bad("wanted %d bytes for %s %v, found %d", count*width, in.Datatype, in.Shape, len(raw))
	case raw != nil && width == 1:
		return wire.Pixels(n, raw)
	}
	var values []float64
	if raw != nil {
		values = floats(raw, count)
	} else {
		numbers, err := wire.ParseNumbers(in.Data)
		if err != nil {
			return nil, bad("data: %w", err)
		}
		values = numbers.Data
	}
	if len(values) != count {
		return nil, bad("data: wanted %d numbers, for the shape %v, found %d", count, in.Shape, len(values))
	}
	if width > 1 {
		return wire.Values(n, values)
	}
	pixels := make([]uint8, count)
	for i, v := range values {
		if pixels[i] = uint8(v); float64(pixels[i]) != v {
			return nil, bad("data: wanted whole numbers from 0 to 255 for UINT8, found %v", v)
		}
	}
	return wire.Pixels(n, pixels)
}

// floats returns count little-endian numbers, of 4 or 8 bytes each.
func floats(raw []byte, count int) []float64 {
	values := make([]float64, count)
	for i := range values {
		if len(raw) == 8*count {
			values[i] = math.Float64frombits(binary.LittleEndian.Uint64(raw[8*i:]))
		} else {
			values[i] = float64(math.Float32frombits(binary.LittleEndian.Uint32(raw[4*i:])))
		}
	}
	return values
}

// maxPictures is how many pictures a request may have: each takes much longer than an image of the model's size.
const maxPictures = 256

// pictures returns count encoded pictures: each as text in base64 or, in raw, after its length in 4 little-endian bytes.
func (in *inputTensor) pictures(count int, raw []byte) ([][]byte, error) {
	if count > maxPictures {
		return nil, bad("wanted at most %d pictures in a request, found %d", maxPictures, count)
	}
	if raw == nil {
		var texts []string
		if err := json.Unmarshal(in.Data, &texts); err != nil {
			return nil, bad("data: wanted a list of pictures as texts in base64: %w", err)
		}
		if len(texts) != count {
			return nil, bad("data: wanted %d elements, for the shape %v, found %d", count, in.Shape, len(texts))
		}
		pictures := make([][]byte, count)
		for i, text := range texts {
			var err error
			if pictures[i], err = base64.StdEncoding.DecodeString(text); err != nil {
				return nil, bad("picture %d: wanted base64: %w", i+1, err)
			}
		}
		return pictures, nil
	}
	var pictures [][]byte
	for range count {
		if len(raw) < 4 {
			return nil, bad("wanted %d pictures, each after its length in 4 bytes, found %d", count, len(pictures))
		}
		size := binary.LittleEndian.Uint32(raw)
		if raw = raw[4:]; uint64(size) > uint64(len(raw)) {
			return nil, bad("picture %d: wanted %d bytes, as its length says, found %d", len(pictures)+1, size, len(raw))
		}
		pictures, raw = append(pictures, raw[:size]), raw[size:]
	}
	if len(raw) > 0 {
		return nil, bad("wanted %d pictures, found %d bytes after the last", count, len(raw))
	}
	return pictures, nil
}
