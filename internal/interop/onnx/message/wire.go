package message

import (
	"fmt"
	"math"

	"google.golang.org/protobuf/encoding/protowire"
)

// field is one field of a message.
type field struct {
	number protowire.Number
	kind   protowire.Type
	bits   uint64 // of a varint, fixed32 or fixed64
	bytes  []byte // of a string, a message or packed numbers
	left   *int   // how many elements of lists the file may still have
}

// each calls visit with each field of a message, of whose lists left elements may still come. It stops at the first
// error.
func each(message []byte, left *int, visit func(f field) error) error {
	for len(message) > 0 {
		number, kind, n := protowire.ConsumeTag(message)
		if n < 0 {
			return protowire.ParseError(n)
		}
		message = message[n:]
		f := field{number: number, kind: kind, left: left}
		switch kind {
		case protowire.VarintType:
			f.bits, n = protowire.ConsumeVarint(message)
		case protowire.Fixed32Type:
			var bits uint32
			bits, n = protowire.ConsumeFixed32(message)
			f.bits = uint64(bits)
		case protowire.Fixed64Type:
			f.bits, n = protowire.ConsumeFixed64(message)
		case protowire.BytesType:
			f.bytes, n = protowire.ConsumeBytes(message)
			f.bytes = f.bytes[:len(f.bytes):len(f.bytes)] // so that nobody appends to the file
		default: // a group, which ONNX does not have
			n = protowire.ConsumeFieldValue(number, kind, message)
		}
		if n < 0 {
			return protowire.ParseError(n)
		}
		message = message[n:]
		if err := visit(f); err != nil {
			return err
		}
	}
	return nil
}

// integer returns the value of a varint field. The bits of a field of another kind mean nothing, and are refused.
func (f field) integer() (int64, error) {
	if f.kind != protowire.VarintType {
		return 0, f.wrong("a number")
	}
	return int64(f.bits), nil
}

func (f field) text() (string, error) {
	if f.kind != protowire.BytesType {
		return "", f.wrong("a text")
	}
	return string(f.bytes), nil
}

func (f field) message() ([]byte, error) {
	if f.kind != protowire.BytesType {
		return nil, f.wrong("a message")
	}
	return f.bytes, nil
}

func (f field) float() (float32, error) {
	if f.kind != protowire.Fixed32Type {
		return 0, f.wrong("a float")
	}
	return math.Float32frombits(uint32(f.bits)), nil
}

func (f field) wrong(wanted string) error {
	return fmt.Errorf("field %d: wanted %s, found wire type %d", f.number, wanted, f.kind)
}

// integers calls add with the numbers of a repeated field, packed or not.
func (f field) integers(add func(v int64) error) error {
	if f.kind == protowire.VarintType {
		return add(int64(f.bits))
	}
	packed, err := f.message()
	for err == nil && len(packed) > 0 {
		v, n := protowire.ConsumeVarint(packed)
		if n < 0 {
			return protowire.ParseError(n)
		}
		packed = packed[n:]
		err = add(int64(v))
	}
	return err
}

// fixed appends the bytes of a repeated field of floats or doubles, packed or not, to all. If it is the first part, it
// is not copied.
func (f field) fixed(all []byte, width int) ([]byte, error) {
	switch {
	case f.kind == protowire.Fixed32Type && width == 4:
		return protowire.AppendFixed32(all, uint32(f.bits)), nil
	case f.kind == protowire.Fixed64Type && width == 8:
		return protowire.AppendFixed64(all, f.bits), nil
	case f.kind != protowire.BytesType || len(f.bytes)%width != 0:
		return nil, f.wrong(fmt.Sprintf("numbers of %d bytes", width))
	case len(all) == 0:
		return f.bytes, nil
	}
	return append(all, f.bytes...), nil
}

// appendOne appends an element to a list that f is a part of, of which there may be at most limit.
func appendOne[T any](f field, all []T, one T, limit int, thing string) ([]T, error) {
	if *f.left--; len(all) >= limit || *f.left < 0 {
		return nil, fmt.Errorf("wanted at most %d %s, found more", min(limit, maxElements), thing)
	}
	return append(all, one), nil
}
