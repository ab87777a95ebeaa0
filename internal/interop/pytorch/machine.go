package pytorch

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"math"
)

// machine reads a pickle: a program for a machine with a stack and a memo (Python's pickletools.py defines it). This
// one makes data only. Classes and functions are names, those that the list in globals.go has not are an error, and
// none is ever called.
type machine struct {
	data       []byte
	at         int
	stack      []any
	marks      []int // heights of the stack
	memo       map[uint64]any
	operations int
	persistent func(id tuple) (any, error) // what an object outside of the pickle is
}

// The bounds of a pickle. A checkpoint of a hundred layers with its optimizer's state takes a hundredth of them.
const (
	maxPickle     = 32 << 20
	maxOperations = 1 << 18
	maxName       = 1000 // bytes of the name of a class, a tensor or a storage, which can be used many times
)

var (
	errCut        = errors.New("it ends within itself")
	errOperations = fmt.Errorf("wanted at most %d operations, found more", maxOperations)
)

// run reads one pickle and returns its value.
func (m *machine) run() (any, error) {
	m.memo = map[uint64]any{}
	for {
		if m.operations++; m.operations > maxOperations {
			return nil, errOperations
		}
		begin := m.at
		code, err := m.take(1)
		if err != nil {
			return nil, err
		}
		if code[0] == '.' {
			return m.pop()
		}
		if err := m.step(code[0]); err != nil {
			if _, ok := errors.AsType[*refusal](err); ok {
				return nil, err
			}
			return nil, fmt.Errorf("at byte %d: %w", begin, err)
		}
		if m.at > maxPickle {
			return nil, fmt.Errorf("wanted at most %d bytes, found more", maxPickle)
		}
	}
}

// step does what one operation code says.
func (m *machine) step(code byte) error {
	if v, ok := constants[code]; ok {
		m.push(v())
		return nil
	}
	if read, ok := literals[code]; ok {
		v, err := read(m)
		if err != nil {
			return err
		}
		m.push(v)
		return nil
	}
	if do, ok := instructions[code]; ok {
		return do(m)
	}
	return fmt.Errorf("unknown operation %#02x", code)
}

// constants are the codes that push a value of their own.
var constants = map[byte]func() any{
	'N': func() any { return nil }, 0x88: func() any { return true }, 0x89: func() any { return false },
	']': func() any { return &list{} }, '}': func() any { return &dict{} }, ')': func() any { return tuple{} },
	0x8f: func() any { return &list{} }, // a set
}

// literals are the codes that push a number or a text which follows.
var literals = map[byte]func(*machine) (any, error){
	'K': func(m *machine) (any, error) { n, err := m.unsigned(1); return int64(n), err },
	'M': func(m *machine) (any, error) { n, err := m.unsigned(2); return int64(n), err },
	'J': func(m *machine) (any, error) { n, err := m.unsigned(4); return int64(int32(uint32(n))), err },
	'G': func(m *machine) (any, error) {
		b, err := m.take(8)
		if err != nil {
			return nil, err
		}
		return math.Float64frombits(binary.BigEndian.Uint64(b)), nil
	},
	0x8a: func(m *machine) (any, error) { return m.long(1) },
	0x8b: func(m *machine) (any, error) { return m.long(4) },
	'I':  (*machine).decimal, 'L': (*machine).decimal, 'F': (*machine).decimal,
	'X': func(m *machine) (any, error) { return m.text(4) }, 0x8c: func(m *machine) (any, error) { return m.text(1) },
	0x8d: func(m *machine) (any, error) { return m.text(8) }, 'T': func(m *machine) (any, error) { return m.text(4) },
	'U': func(m *machine) (any, error) { return m.text(1) },
	'B': func(m *machine) (any, error) { return m.bytes(4) }, 'C': func(m *machine) (any, error) { return m.bytes(1) },
	0x8e: func(m *machine) (any, error) { return m.bytes(8) }, 0x96: func(m *machine) (any, error) { return m.bytes(8) },
}

// take returns the next n bytes.
func (m *machine) take(n int) ([]byte, error) {
	if n < 0 || n > len(m.data)-m.at {
		return nil, errCut
	}
	b := m.data[m.at : m.at+n : m.at+n]
	m.at += n
	return b, nil
}

// unsigned returns a little-endian number of 1, 2, 4 or 8 bytes.
func (m *machine) unsigned(size int) (uint64, error) {
	b, err := m.take(size)
	if err != nil {
		return 0, err
	}
	var all [8]byte
	copy(all[:], b)
	return binary.LittleEndian.Uint64(all[:]), nil
}

// bytes returns the bytes that follow their length, which has the given size.
func (m *machine) bytes(size int) ([]byte, error) {
	n, err := m.unsigned(size)
	if err != nil {
		return nil, err
	}
	if n > uint64(len(m.data)) {
		return nil, errCut
	}
	return m.take(int(n))
}

func (m *machine) text(size int) (string, error) {
	b, err := m.bytes(size)
	return string(b), err
}

// line returns the rest of a line of text, without its end.
func (m *machine) line() (string, error) {
	const most = 1000
	end := bytes.IndexByte(m.data[m.at:min(len(m.data), m.at+most)], '\n')
	if end < 0 {
		return "", errCut
	}
	b, err := m.take(end + 1)
	return string(bytes.TrimSuffix(b[:end], []byte("\r"))), err
}

// decimal reads a number that is written out, of which no weights depend.
func (m *machine) decimal() (any, error) {
	_, err := m.line()
	return opaque{}, err
}

// long returns a whole number of any length as an int64, or an opaque value if it is beyond that.
func (m *machine) long(size int) (any, error) {
	b, err := m.bytes(size)
	if err != nil || len(b) > 8 {
		return opaque{}, err
	}
	var all [8]byte
	if len(b) > 0 && b[len(b)-1]&0x80 != 0 {
		all = [8]byte{0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff}
	}
	copy(all[:], b)
	return int64(binary.LittleEndian.Uint64(all[:])), nil
}

func (m *machine) push(v any) { m.stack = append(m.stack, v) }

// pop takes the top of the stack, down to the last mark at most.
func (m *machine) pop() (any, error) {
	v, err := m.top()
	if err == nil {
		m.stack = m.stack[:len(m.stack)-1]
	}
	return v, err
}

// top returns the top of the stack, which is above the last mark.
func (m *machine) top() (any, error) {
	floor := 0
	if n := len(m.marks); n > 0 {
		floor = m.marks[n-1]
	}
	if len(m.stack) <= floor {
		return nil, errors.New("it takes more from its stack than is there")
	}
	return m.stack[len(m.stack)-1], nil
}

// popMark takes all that is above the last mark.
func (m *machine) popMark() ([]any, error) {
	n := len(m.marks) - 1
	if n < 0 {
		return nil, errors.New("it looks for a mark that is not there")
	}
	items := m.stack[m.marks[n]:]
	m.stack = m.stack[:m.marks[n]]
	m.marks = m.marks[:n]
	return items, nil
}
