package hdf5

import (
	"errors"
	"fmt"
	"math"
)

// Type is what an array has elements of.
type Type string

// The types that are read. Integers have 1 to 8 bytes. What is of another type has its own name here, and no values.
const (
	Float16  Type = "float16"
	BFloat16 Type = "bfloat16"
	Float32  Type = "float32"
	Float64  Type = "float64"
	Integer  Type = "integer"
	String   Type = "string"
)

// datatype says how elements are stored. [IV.A.2.d]
type datatype struct {
	kind      Type
	size      uint64 // bytes of an element
	bigEndian bool
	signed    bool
	variable  bool // a string in a global heap
	spaces    bool // a string is filled up with spaces
}

// The names of classes whose values are not read.
var classes = []string{
	"integer", "float", "time", "string", "bit field", "opaque", "compound", "reference", "enumeration",
	"variable-length list", "array", "complex number",
}

func parseDatatype(body []byte) (t datatype, err error) {
	d := fields{b: body}
	first, flags, size := d.uint(1), d.uint(3), d.uint(4)
	class, version := first&15, first>>4
	if d.short || version < 1 || version > 5 || class >= uint64(len(classes)) {
		return t, fmt.Errorf("wanted a type of version 1 to 5 and class 0 to 11, found version %d and class %d",
			version, class)
	}
	if size == 0 || size > math.MaxInt32 {
		return t, fmt.Errorf("wanted elements of 1 to 2147483647 bytes, found %d", size)
	}
	t = datatype{kind: Type(classes[class]), size: size, bigEndian: flags&1 != 0}
	switch class {
	case 0:
		t.signed = flags&8 != 0
		offset, precision := d.uint(2), d.uint(2)
		if d.short || size > 8 || offset != 0 || precision != 8*size {
			return t, fmt.Errorf("integers of %d bytes with %d bits from bit %d are not supported",
				size, precision, offset)
		}
	case 1:
		err := t.float(flags, &d)
		return t, err
	case 3:
		t.spaces = flags&15 == 2
	case 9:
		if flags&15 != 1 {
			break
		}
		const reference = 16 // length, address of the heap, index
		if size != reference {
			return t, fmt.Errorf("wanted variable-length strings with references of 16 bytes, found %d", size)
		}
		t.kind, t.variable = String, true
	}
	return t, nil
}

// float finds out which of the known formats a type of class 1 is, by its exponent and mantissa.
func (t *datatype) float(flags uint64, d *fields) error {
	const vax = 0x40
	d.skip(2) // bit offset
	precision := d.uint(2)
	exponentAt, exponent := d.uint(1), d.uint(1)
	mantissaAt, mantissa := d.uint(1), d.uint(1)
	bias := d.uint(4)
	if d.short {
		return errors.New("type: truncated")
	}
	for _, known := range []struct {
		kind                     Type
		size, exponent, mantissa uint64
	}{{Float16, 2, 5, 10}, {BFloat16, 2, 8, 7}, {Float32, 4, 8, 23}, {Float64, 8, 11, 52}} {
		if t.size == known.size && precision == 8*t.size && flags&vax == 0 && mantissaAt == 0 &&
			mantissa == known.mantissa && exponentAt == known.mantissa && exponent == known.exponent &&
			bias == 1<<(exponent-1)-1 {
			t.kind = known.kind
			return nil
		}
	}
	return fmt.Errorf("wanted floating-point numbers of IEEE 754 or bfloat16, found another format of %d bytes", t.size)
}

// dataspace returns the dimensions of an array and the number of its elements; a scalar has no dimensions and one
// element. [IV.A.2.b]
func dataspace(body []byte) (shape []int, count uint64, err error) {
	d := fields{b: body}
	version, rank, flags := d.uint(1), d.uint(1), d.uint(1)
	const null = 2
	kind := uint64(1)
	switch version {
	case 1:
		d.skip(5)
	case 2:
		kind = d.uint(1)
	default:
		return nil, 0, fmt.Errorf("wanted a data space of version 1 or 2, found %d", version)
	}
	_ = flags // whether the largest dimensions follow
	if kind == null {
		return []int{0}, 0, nil
	}
	count = 1
	for range rank {
		n := d.uint(8)
		if n > math.MaxInt32 || n > 0 && count > math.MaxInt32/n {
			return nil, 0, fmt.Errorf("wanted at most 2147483647 values, found a dimension of %d after %d values",
				n, count)
		}
		shape, count = append(shape, int(n)), count*n
	}
	if d.short {
		return nil, 0, errors.New("data space: truncated")
	}
	return shape, count, nil
}
