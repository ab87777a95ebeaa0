package tfjs

import (
	"encoding/binary"
	"encoding/json"
	"fmt"
	"path"
	"strings"

	"dnn/internal/fault"
	"dnn/internal/interop/arrays"
)

// group is weights that are stored one after another in some files.
type group struct {
	Paths   []string `json:"paths"`
	Weights []weight `json:"weights"`
}

// weight is what a manifest says of a weight.
type weight struct {
	Name         string        `json:"name"`
	Shape        []int         `json:"shape"`
	Type         string        `json:"dtype"`
	Quantization *quantization `json:"quantization,omitempty"`
}

// quantization says how numbers are stored: whole numbers q for scale q + min, or float16.
type quantization struct {
	Type  string  `json:"dtype"`
	Scale float64 `json:"scale"`
	Min   float64 `json:"min"`
}

// The bounds of a manifest. TensorFlow.js cuts weights into files of 4 MiB.
const (
	maxPaths   = 4096
	maxWeights = 1 << 14
)

// weights returns the weights that the manifest of a model lists. notes says what was rounded.
func weights(manifest []group, open func(name string) ([]byte, error), where string) (all []arrays.Array, notes []string,
	err error,
) {
	opened := map[string]bool{}
	for _, g := range manifest {
		data, err := g.files(opened, open, where)
		if err != nil {
			return nil, nil, err
		}
		if len(all)+len(g.Weights) > maxWeights {
			return nil, nil, fault.New(fault.Data, where, "wanted at most %d weights, found more", maxWeights)
		}
		for _, w := range g.Weights {
			a, size, err := w.array(data)
			if err != nil {
				return nil, nil, fault.New(fault.Data, where, "weight %.60q: %w", w.Name, err)
			}
			if w.Quantization != nil && w.Quantization.Type != "float16" {
				notes = append(notes, "its weights were quantized ("+clip(w.Quantization.Type)+"): they are near those that were trained")
			}
			data = data[size:]
			all = append(all, a)
		}
		if len(data) > 0 {
			return nil, nil, fault.New(fault.Data, where, "wanted files with the weights of the manifest, found %s more",
				fault.Count(len(data), "byte"))
		}
	}
	return all, notes, nil
}

// files returns the content of the files of a group, one after another. opened is the names of those before it: a name
// that comes again is refused, since a small manifest could otherwise ask for any amount of memory.
func (g group) files(opened map[string]bool, open func(name string) ([]byte, error), where string) ([]byte, error) {
	var data []byte
	for i, p := range g.Paths {
		switch {
		case len(opened) == maxPaths:
			return nil, fault.New(fault.Data, where, "wanted at most %d files of weights, found more", maxPaths)
		case !local(p):
			return nil, fault.New(fault.Data, where, "wanted files of weights beside the model, found %.80q", p)
		case opened[p]:
			return nil, fault.New(fault.Data, where, "wanted each file of weights once, found %.80q again", p)
		}
		opened[p] = true
		file, err := open(p)
		if err != nil {
			return nil, err
		}
		if i == 0 {
			data = file[:len(file):len(file)] // the file's own bytes, of which nothing behind them is written
		} else {
			data = append(data, file...)
		}
	}
	return data, nil
}

// local reports whether a path of a manifest is a file beside the model. Nothing else is opened.
func local(p string) bool {
	return p != "" && p == path.Base(p) && p != "." && p != ".." && !strings.ContainsAny(p, `\:`+"\x00")
}

// array reads a weight from the beginning of data, and returns how many bytes it took.
func (w weight) array(data []byte) (a arrays.Array, size int, err error) {
	a = arrays.Array{Name: w.Name, Shape: w.Shape, Type: w.Type}
	stored := w.Type
	if w.Quantization != nil {
		stored = w.Quantization.Type
		if w.Type != "float32" || stored != "uint8" && stored != "uint16" && stored != "float16" {
			return a, 0, fmt.Errorf("wanted float32 quantized to uint8, uint16 or float16, found %s as %s", clip(w.Type),
				clip(stored))
		}
	}
	t, ok := arrays.TypeOf(stored)
	if !ok {
		return a, 0, fmt.Errorf("wanted float32, found %s", clip(stored))
	}
	n, ok := arrays.Size(w.Shape, len(data)/t.Bytes)
	if !ok || len(w.Shape) > 8 {
		return a, 0, fmt.Errorf("wanted the bytes of its shape, found %d left in its files", len(data))
	}
	size = n * t.Bytes
	bytes := data[:size]
	if w.Quantization == nil || stored == "float16" {
		a.Data, a.Type = t.Floats(bytes, binary.LittleEndian), stored
		return a, size, nil
	}
	a.Data = make([]float32, n)
	for i := range a.Data {
		q := uint16(bytes[i*t.Bytes])
		if t.Bytes == 2 {
			q = binary.LittleEndian.Uint16(bytes[i*2:])
		}
		a.Data[i] = float32(float64(q)*w.Quantization.Scale) + float32(w.Quantization.Min)
	}
	return a, size, nil
}

// clip returns a text of a file for a message.
func clip(text string) string { return fmt.Sprintf("%.40q", text) }

// decode reads JSON, and says where it is wrong.
func decode(text []byte, v any) error {
	if err := json.Unmarshal(text, v); err != nil {
		return fmt.Errorf("as JSON: %w", err)
	}
	return nil
}
