package tensorboard

import (
	"encoding/binary"
	"math"
)

// message is an encoded protocol buffer. Its methods append a field; fields are appended in the order of their numbers.
type message []byte

// Wire types of protocol buffers.
const (
	varint  = 0
	fixed64 = 1
	length  = 2 // a length, then a string or message
)

func (m message) tag(field, wire int) message {
	return binary.AppendUvarint(m, uint64(field)<<3|uint64(wire))
}

func (m message) double(field int, v float64) message {
	return binary.LittleEndian.AppendUint64(m.tag(field, fixed64), math.Float64bits(v))
}

func (m message) integer(field int, v uint64) message {
	return binary.AppendUvarint(m.tag(field, varint), v)
}

func (m message) text(field int, v string) message { return m.message(field, message(v)) }

// given is text, unless v is empty: as in other encoders, a field that has its default is left out.
func (m message) given(field int, v string) message {
	if v == "" {
		return m
	}
	return m.text(field, v)
}

func (m message) message(field int, v message) message {
	return append(binary.AppendUvarint(m.tag(field, length), uint64(len(v))), v...)
}

// event begins an Event; the caller appends what happened. The fields that are used here are, from
// tensorboard/compat/proto/event.proto:
//
//	double wall_time = 1; int64 step = 2; string file_version = 3; Summary summary = 5; SessionLog session_log = 7;
func event(wallTime float64, step int) message {
	m := message(nil).double(1, wallTime)
	if step != 0 { // as in other encoders, a field that is 0 is left out
		m = m.integer(2, uint64(step))
	}
	return m
}

// scalarSummary is a Summary of one scalar, as tf.summary.scalar of TensorFlow 2 writes it. The field of a Summary is
// value = 1; those of a Value are tag = 1, tensor = 8, metadata = 9.
func scalarSummary(tag string, value float32) message {
	const float = 1 // DataType.DT_FLOAT
	tensor := message(nil).
		integer(1, float).                                                         // dtype
		message(2, nil).                                                           // tensor_shape, empty for a scalar
		message(4, binary.LittleEndian.AppendUint32(nil, math.Float32bits(value))) // tensor_content
	metadata := message(nil).message(1, message(nil).text(1, "scalars")) // plugin_data, plugin_name
	return message(nil).message(1, message(nil).text(1, tag).message(8, tensor).message(9, metadata))
}

// sessionStart is a SessionLog with status = 1, whose value 1 is START.
func sessionStart() message { return message(nil).integer(1, 1) }
