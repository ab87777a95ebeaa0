package hdf5

import (
	"encoding/binary"
	"errors"
	"fmt"
	"math"
	"strings"
)

// Array is the values of a data set or of an attribute.
type Array struct {
	Type  Type
	Shape []int // no dimensions: a scalar

	o      *Object
	name   string // of the attribute; empty for a data set
	stored datatype
	raw    []byte
}

// Attribute returns the attribute of that name, or nil if there is none. [IV.A.2.m]
func (o *Object) Attribute(name string) (*Array, error) {
	if err := o.look(); err != nil {
		return nil, o.f.fault(o.path, err)
	}
	for _, m := range o.messages {
		if m.kind != kindAttribute {
			continue
		}
		found, a, err := o.attribute(m, name)
		if err != nil {
			return nil, o.f.fault(o.path, fmt.Errorf("attribute %s: %w", name, err))
		}
		if found {
			return a, nil
		}
	}
	info, err := o.message(kindAttributes)
	if err == nil && info != nil && dense(info, 2) {
		err = errors.New("dense attributes (in a fractal heap) are not supported")
	}
	if err != nil {
		return nil, o.f.fault(o.path, err)
	}
	return nil, nil
}

// attribute reads the attribute of a message if it has that name.
func (o *Object) attribute(m message, wanted string) (found bool, a *Array, err error) {
	if m.shared {
		return false, nil, errors.New("shared attributes are not supported")
	}
	d := fields{b: m.body}
	version, flags := d.uint(1), d.uint(1)
	nameSize, typeSize, spaceSize := d.uint(2), d.uint(2), d.uint(2)
	switch version {
	case 1:
		flags, nameSize, typeSize, spaceSize = 0, padded(nameSize), padded(typeSize), padded(spaceSize)
	case 2:
	case 3:
		d.skip(1) // character set of the name
	default:
		return false, nil, fmt.Errorf("wanted version 1 to 3, found %d", version)
	}
	name := fields{b: d.take(nameSize)}
	if name.text() != wanted {
		return false, nil, nil
	}
	if flags != 0 {
		return false, nil, errors.New("shared types are not supported")
	}
	a, count, err := o.array(d.take(typeSize), d.take(spaceSize))
	if err != nil {
		return false, nil, err
	}
	a.name = wanted
	if a.raw = d.take(count * a.stored.size); d.short {
		return false, nil, errors.New("truncated")
	}
	return true, a, nil
}

// array makes an Array without values of the messages about its type and its dimensions.
func (o *Object) array(typeBody, spaceBody []byte) (*Array, uint64, error) {
	t, err := parseDatatype(typeBody)
	if err != nil {
		return nil, 0, err
	}
	shape, count, err := dataspace(spaceBody)
	if err != nil {
		return nil, 0, err
	}
	return &Array{Type: t.kind, Shape: shape, o: o, stored: t}, count, nil
}

func padded[N int | uint64](n N) N { return (n + 7) &^ 7 }

// fault makes a fault.Error of an error about the array.
func (a *Array) fault(err error) error {
	if a.name != "" {
		err = fmt.Errorf("attribute %s: %w", a.name, err)
	}
	return a.o.f.fault(a.o.path, err)
}

// Floats returns the values of an array of numbers, in row-major order, rounded to float32. A finite number that is too
// large for float32 is an error.
func (a *Array) Floats() ([]float32, error) {
	number := a.decoder()
	if number == nil {
		return nil, a.fault(fmt.Errorf("wanted numbers, found elements of type %s", a.Type))
	}
	count := uint64(len(a.raw)) / a.stored.size
	if err := a.o.f.charge(4 * count); err != nil {
		return nil, a.fault(err)
	}
	values := make([]float32, count)
	for i := range values {
		v := number(a.element(i))
		values[i] = float32(v)
		if math.IsInf(float64(values[i]), 0) && !math.IsInf(v, 0) {
			return nil, a.fault(fmt.Errorf("wanted numbers of at most 3.4e38, found %g", v))
		}
	}
	return values, nil
}

// decoder returns the function that makes a number of an element's bits, or nil if elements are no numbers.
func (a *Array) decoder() func(bits uint64) float64 {
	switch t := a.stored; a.Type {
	case Float16:
		return half
	case BFloat16:
		return func(b uint64) float64 { return float64(math.Float32frombits(uint32(b) << 16)) }
	case Float32:
		return func(b uint64) float64 { return float64(math.Float32frombits(uint32(b))) }
	case Float64:
		return math.Float64frombits
	case Integer:
		if !t.signed {
			return func(b uint64) float64 { return float64(b) }
		}
		above := 64 - 8*t.size
		return func(b uint64) float64 { return float64(int64(b<<above) >> above) }
	}
	return nil
}

// element returns the bits of element i, which has at most 8 bytes.
func (a *Array) element(i int) uint64 {
	n := int(a.stored.size)
	var b [8]byte
	if a.stored.bigEndian {
		copy(b[8-n:], a.raw[i*n:][:n])
		return binary.BigEndian.Uint64(b[:])
	}
	copy(b[:], a.raw[i*n:][:n])
	return binary.LittleEndian.Uint64(b[:])
}

// half returns the value of the bits of a float16 (IEEE 754-2019, binary16).
func half(b uint64) float64 {
	sign, exponent, mantissa := b>>15&1, int(b>>10&31), float64(b&1023)
	v := math.Ldexp(1024+mantissa, exponent-25)
	switch {
	case exponent == 0:
		v = math.Ldexp(mantissa, -24)
	case exponent == 31 && mantissa == 0:
		v = math.Inf(1)
	case exponent == 31:
		v = math.NaN()
	}
	if sign == 1 {
		return -v
	}
	return v
}

// Strings returns the values of an array of strings. An empty array of another type is one of no strings, as h5py
// writes it.
func (a *Array) Strings() ([]string, error) {
	size := int(a.stored.size)
	if a.Type != String && len(a.raw) > 0 {
		return nil, a.fault(fmt.Errorf("wanted strings, found elements of type %s", a.Type))
	}
	if err := a.o.f.charge(uint64(len(a.raw)/size) * 16); err != nil {
		return nil, a.fault(err)
	}
	texts := make([]string, len(a.raw)/size)
	for i := range texts {
		text := a.raw[i*size:][:size]
		if a.stored.variable {
			var err error
			if text, err = a.o.f.heapObject(text); err != nil {
				return nil, a.fault(err)
			}
		}
		d := fields{b: text}
		texts[i] = d.text()
		if a.stored.spaces {
			texts[i] = strings.TrimRight(texts[i], " ")
		}
		if err := a.o.f.charge(uint64(len(texts[i]))); err != nil {
			return nil, a.fault(err)
		}
	}
	return texts, nil
}

// heapObject returns the bytes that a reference to a global heap means. [III.E]
func (f *File) heapObject(reference []byte) ([]byte, error) {
	d := fields{b: reference}
	length, at, index := d.uint(4), d.uint(8), d.uint(4)
	if length == 0 {
		return nil, nil
	}
	heap, ok := f.heaps[at]
	if !ok {
		var err error
		if heap, err = f.heap(at); err != nil {
			return nil, fmt.Errorf("global heap: %w", err)
		}
		f.heaps[at] = heap
	}
	object, ok := heap[index]
	if !ok || length > uint64(len(object)) {
		return nil, fmt.Errorf("global heap: wanted object %d with %d bytes, found %d", index, length, len(object))
	}
	return object[:length], nil
}

// heap returns the objects of a global heap collection by index.
func (f *File) heap(at uint64) (map[uint64][]byte, error) {
	const head = 16
	d, err := f.block("GCOL", at, head)
	if err != nil {
		return nil, err
	}
	d.skip(4) // version
	size := d.uint(8)
	if size < head {
		return nil, fmt.Errorf("wanted a size of at least 16 bytes, found %d", size)
	}
	body, err := f.bytes(at+head, size-head)
	if err != nil {
		return nil, err
	}
	objects := map[uint64][]byte{}
	for d := (fields{b: body}); len(d.b) >= head; {
		index := d.uint(2)
		d.skip(6) // how many references lead here
		length := d.uint(8)
		if index == 0 { // free space, always last
			break
		}
		if length > uint64(len(d.b)) {
			return nil, errors.New("an object is longer than its collection")
		}
		objects[index] = d.take(length)
		d.skip(min(padded(length)-length, uint64(len(d.b))))
	}
	return objects, nil
}
