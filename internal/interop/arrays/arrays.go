// Package arrays makes a chain of named arrays, for formats that hold weights and no layers: PyTorch's state_dict,
// .safetensors and .npz. What an array is follows from its name and its shape, in the words of PyTorch, Keras or dnn.
//
// Such a file says nothing of activations, nor of how inputs are scaled, unless dnn wrote it: then a document beside
// the arrays does (Describe, Rebuild).
package arrays

import (
	"encoding/binary"
	"math"
	"slices"

	"dnn/internal/fault"
)

// Array is a named array of a file.
type Array struct {
	Name  string
	Shape []int     // empty: one number
	Type  string    // of the numbers in the file: float32, float16, bfloat16, float64, int64, …
	Data  []float32 // row-major; nil: the numbers are whole, so they are no weights
}

// Type is how a file stores a number.
type Type struct {
	Name  string
	Bytes int
	// Float returns a number as float32, rounded to the nearest; nil: the type is no floating-point type that weights
	// have.
	Float func(b []byte, order binary.ByteOrder) float32
}

// TypeOf returns the type of the given name, such as float32 or int64. ok is false if there is none.
func TypeOf(name string) (t Type, ok bool) {
	i := slices.IndexFunc(types, func(t Type) bool { return t.Name == name })
	if i < 0 {
		return Type{}, false
	}
	return types[i], true
}

// types are the types of NumPy and PyTorch that have a size. Those of eight bits and fewer are spelled in many ways, and
// only what is not a weight may have them.
var types = []Type{
	{"float32", 4, func(b []byte, o binary.ByteOrder) float32 { return math.Float32frombits(o.Uint32(b)) }},
	{"float64", 8, func(b []byte, o binary.ByteOrder) float32 { return float32(math.Float64frombits(o.Uint64(b))) }},
	{"float16", 2, func(b []byte, o binary.ByteOrder) float32 { return half(o.Uint16(b)) }},
	{"bfloat16", 2, func(b []byte, o binary.ByteOrder) float32 { return math.Float32frombits(uint32(o.Uint16(b)) << 16) }},
	{"bool", 1, nil}, {"int8", 1, nil}, {"int16", 2, nil}, {"int32", 4, nil}, {"int64", 8, nil},
	{"uint8", 1, nil}, {"uint16", 2, nil}, {"uint32", 4, nil}, {"uint64", 8, nil},
}

// half returns the value of a float16 (IEEE 754 binary16), which float32 has exactly.
func half(h uint16) float32 {
	sign, exponent, fraction := uint32(h>>15)<<31, uint32(h>>10&0x1f), uint32(h&0x3ff)
	switch exponent {
	case 0: // zero or subnormal: fraction 2^-24
		x := float32(fraction) / (1 << 24)
		return math.Float32frombits(math.Float32bits(x) | sign)
	case 0x1f: // infinite or NaN
		return math.Float32frombits(sign | 0x7f800000 | fraction<<13)
	}
	return math.Float32frombits(sign | (exponent+127-15)<<23 | fraction<<13)
}

// Floats returns the numbers in data as float32; nil if they are whole numbers. data has a whole number of them.
func (t Type) Floats(data []byte, order binary.ByteOrder) []float32 {
	if t.Float == nil {
		return nil
	}
	values := make([]float32, len(data)/t.Bytes)
	if t.Name == "float32" && order == binary.LittleEndian { // nearly all files
		for i := range values {
			values[i] = math.Float32frombits(binary.LittleEndian.Uint32(data[i*4:]))
		}
		return values
	}
	for i := range values {
		values[i] = t.Float(data[i*t.Bytes:], order)
	}
	return values
}

// Size returns the number of elements of a shape. ok is false if a dimension is negative or the number exceeds most.
func Size(shape []int, most int) (n int, ok bool) {
	n = 1
	for _, d := range shape {
		if d < 0 || d > 0 && n > most/d {
			return 0, false
		}
		n *= d
	}
	return n, n <= most
}

// note says what the numbers of the arrays were in the file, if not float32.
func note(arrays []Array) (notes []string) {
	for _, n := range []struct{ name, text string }{
		{"float16", "its float16 weights became float32"},
		{"bfloat16", "its bfloat16 weights became float32"},
		{"float64", "its float64 weights were rounded to float32"},
	} {
		if slices.ContainsFunc(arrays, func(a Array) bool { return a.Type == n.name }) {
			notes = append(notes, n.text)
		}
	}
	return notes
}

// refuse is the error about an array that no chain has.
func refuse(where string, a Array, format string, args ...any) *fault.Error {
	err := fault.New(fault.Data, where, format, args...)
	err.What = short(a.Name) + " " + shapeText(a.Shape) + ": " + err.What
	return err
}
