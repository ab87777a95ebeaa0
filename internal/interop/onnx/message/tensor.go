package message

import (
	"encoding/binary"
	"errors"
	"fmt"
	"math"
)

// Type is the type of a tensor's elements.
type Type int64

// The types of elements that Decode reads.
const (
	Float    Type = 1
	Uint8    Type = 2
	Int8     Type = 3
	Uint16   Type = 4
	Int16    Type = 5
	Int32    Type = 6
	Int64    Type = 7
	String   Type = 8
	Bool     Type = 9
	Float16  Type = 10
	Double   Type = 11
	Uint32   Type = 12
	Uint64   Type = 13
	BFloat16 Type = 16
)

// names are ONNX's, in lower case.
var names = map[Type]string{
	Float: "float32", Uint8: "uint8", Int8: "int8", Uint16: "uint16", Int16: "int16", Int32: "int32", Int64: "int64",
	String: "string", Bool: "bool", Float16: "float16", Double: "float64", Uint32: "uint32", Uint64: "uint64",
	BFloat16: "bfloat16",
}

// String returns the name of a type, or its number.
func (t Type) String() string {
	if name, ok := names[t]; ok {
		return name
	}
	return fmt.Sprintf("type %d", int64(t))
}

// Width returns the bytes of an element, or 0 if t has no fixed width, or is unknown.
func (t Type) Width() int {
	switch t {
	case Uint8, Int8, Bool:
		return 1
	case Uint16, Int16, Float16, BFloat16:
		return 2
	case Float, Int32, Uint32:
		return 4
	case Double, Int64, Uint64:
		return 8
	}
	return 0
}

// Fraction reports whether t has numbers that are not whole.
func (t Type) Fraction() bool { return t == Float || t == Double || t == Float16 || t == BFloat16 }

// Tensor is ONNX's TensorProto. However the file holds its numbers, Raw has them as raw_data would, in little-endian
// order. If External is set they are in a file beside the model, and Raw is to be filled from there.
type Tensor struct {
	Name     string
	Type     Type
	Dims     []int
	Raw      []byte
	Strings  []string
	External []Entry
}

func (t *Tensor) decode(f field) error {
	b, err := f.message()
	if err != nil {
		return err
	}
	var numbers []int64 // of int32_data, int64_data and uint64_data
	var external bool
	add := func(v int64) (err error) {
		numbers, err = appendOne(f, numbers, v, maxInts, "whole numbers of a tensor")
		return err
	}
	var halves []byte // int32_data of 16-bit floats, which may be weights; the type comes before them in a file
	err = each(b, f.left, func(f field) (err error) {
		switch f.number {
		case 1:
			err = f.integers(func(v int64) error { return t.addDim(f, v) })
		case 2:
			var v int64
			v, err = f.integer()
			t.Type = Type(v)
		case 4:
			t.Raw, err = f.fixed(t.Raw, 4)
		case 5:
			if t.Type == Float16 || t.Type == BFloat16 {
				err = f.integers(func(v int64) error {
					halves = binary.LittleEndian.AppendUint16(halves, uint16(v))
					return nil
				})
			} else {
				err = f.integers(add)
			}
		case 6:
			var s string
			if s, err = f.text(); err == nil {
				t.Strings, err = appendOne(f, t.Strings, s, maxInts, "texts of a tensor")
			}
		case 7, 11:
			err = f.integers(add)
		case 8:
			t.Name, err = f.text()
		case 9:
			t.Raw, err = f.message()
		case 10:
			t.Raw, err = f.fixed(t.Raw, 8)
		case 13:
			t.External, err = appendEntry(t.External, f)
		case 14:
			var v int64
			v, err = f.integer()
			external = v == 1
		}
		return err
	})
	if !external {
		t.External = nil
	} else if t.External == nil {
		err = errors.Join(err, errors.New("wanted the file of an external tensor, found none"))
	}
	t.Raw = append(t.Raw, halves...)
	for _, v := range numbers {
		t.Raw = appendLittle(t.Raw, uint64(v), t.Type.Width())
	}
	return err
}

func (t *Tensor) addDim(f field, v int64) error {
	if v < 0 || v > math.MaxInt32 {
		return fmt.Errorf("wanted a dimension from 0 to %d, found %d", math.MaxInt32, v)
	}
	var err error
	t.Dims, err = appendOne(f, t.Dims, int(v), maxDims, "dimensions")
	return err
}

// Check refuses a tensor that has not as many elements as its dimensions say, or elements of another type.
func (t *Tensor) Check() error {
	wanted, found := 1, len(t.Strings)
	for _, d := range t.Dims {
		if d > 0 && wanted > math.MaxInt32/d {
			return fmt.Errorf("wanted at most %d elements, found the dimensions %v", math.MaxInt32, t.Dims)
		}
		wanted *= d
	}
	if t.Type != String {
		width := t.Type.Width()
		if width == 0 {
			return fmt.Errorf("wanted elements such as float32, found %v", t.Type)
		}
		if len(t.Raw)%width != 0 {
			return fmt.Errorf("wanted elements of %d bytes, found %d bytes", width, len(t.Raw))
		}
		found = len(t.Raw) / width
	}
	if wanted != found {
		return fmt.Errorf("wanted %d elements for the dimensions %v, found %d", wanted, t.Dims, found)
	}
	return nil
}

// At returns element i of a tensor of numbers.
func (t *Tensor) At(i int) float64 {
	width := t.Type.Width()
	bits := little(t.Raw[i*width : (i+1)*width])
	switch t.Type {
	case Float:
		return float64(math.Float32frombits(uint32(bits)))
	case Double:
		return math.Float64frombits(bits)
	case Float16:
		return float64(half(uint16(bits)))
	case BFloat16:
		return float64(math.Float32frombits(uint32(bits) << 16))
	case Int8:
		return float64(int8(bits))
	case Int16:
		return float64(int16(bits))
	case Int32:
		return float64(int32(bits))
	case Int64:
		return float64(int64(bits))
	}
	return float64(bits)
}

// Float32s returns all elements of a tensor of numbers, rounded to float32.
func (t *Tensor) Float32s() []float32 {
	width := t.Type.Width()
	all := make([]float32, len(t.Raw)/width)
	for i := range all {
		if t.Type == Float { // the common case, and ten times as fast
			all[i] = math.Float32frombits(binary.LittleEndian.Uint32(t.Raw[4*i:]))
		} else {
			all[i] = float32(t.At(i))
		}
	}
	return all
}

// half returns the value of IEEE 754's binary16.
func half(bits uint16) float32 {
	sign, exponent, fraction := uint32(bits>>15)<<31, uint32(bits>>10&31), uint32(bits&1023)
	switch exponent {
	case 0: // zero, or a number below 2^-14
		v := float32(fraction) / (1 << 24)
		return math.Float32frombits(math.Float32bits(v) | sign)
	case 31:
		return math.Float32frombits(sign | 255<<23 | fraction<<13)
	}
	return math.Float32frombits(sign | (exponent+112)<<23 | fraction<<13)
}

// little returns the number that b has in little-endian order.
func little(b []byte) (v uint64) {
	for i, x := range b {
		v |= uint64(x) << (8 * i)
	}
	return v
}

func appendLittle(b []byte, v uint64, width int) []byte {
	for range width {
		b = append(b, byte(v))
		v >>= 8
	}
	return b
}
