package numpy

import (
	"encoding/binary"
	"fmt"
	"math"
	"strconv"
	"strings"
	"unicode/utf8"

	"dnn/internal/interop/arrays"
)

// magic is how a .npy file begins, before its version.
const magic = "\x93NUMPY"

// maxHeader is how many bytes a header may have: NumPy itself reads no longer one.
const maxHeader = 10_000

// The parts of a header, which is a Python dictionary: {'descr': '<f4', 'fortran_order': False, 'shape': (784, 12), }.
var (
	headerDescr   = pattern(`['"]descr['"]\s*:\s*['"]([^'"]*)['"]`)
	headerOrder   = pattern(`['"]fortran_order['"]\s*:\s*(True|False)`)
	headerShape   = pattern(`['"]shape['"]\s*:\s*\(([0-9L,\s]*)\)`)
	headerRecords = pattern(`['"]descr['"]\s*:\s*\[`)
)

// header is what a .npy file says of its array.
type header struct {
	descr   string // such as <f4: byte order, kind and size
	fortran bool   // the first dimension varies fastest
	shape   []int
	data    []byte
}

// parseHeader reads the header of a .npy file of version 1, 2 or 3 (numpy/lib/format.py defines them).
func parseHeader(file []byte) (h header, err error) {
	const beforeLength = len(magic) + 2
	if len(file) < beforeLength || string(file[:len(magic)]) != magic {
		return h, fmt.Errorf("wanted an array of NumPy (.npy), found something else")
	}
	version, size := file[len(magic)], 2
	if version > 1 {
		size = 4
	}
	if version < 1 || version > 3 || file[len(magic)+1] != 0 {
		return h, fmt.Errorf("wanted version 1.0, 2.0 or 3.0 of .npy, found %d.%d", version, file[len(magic)+1])
	}
	if len(file) < beforeLength+size {
		return h, fmt.Errorf("it ends within its header")
	}
	var length [4]byte
	copy(length[:], file[beforeLength:beforeLength+size])
	n := binary.LittleEndian.Uint32(length[:])
	rest := file[beforeLength+size:]
	if n > maxHeader || int(n) > len(rest) {
		return h, fmt.Errorf("wanted a header of at most %d bytes, found one of %d", min(maxHeader, len(rest)), n)
	}
	err = h.parse(string(rest[:n]), rest[n:])
	return h, err
}

func (h *header) parse(text string, data []byte) error {
	descr, order, shape := headerDescr().FindStringSubmatch(text), headerOrder().FindStringSubmatch(text),
		headerShape().FindStringSubmatch(text)
	if headerRecords().MatchString(text) {
		return fmt.Errorf("wanted an array of numbers, found one of records")
	}
	if descr == nil || order == nil || shape == nil {
		return fmt.Errorf("wanted a header with descr, fortran_order and shape, found %.80q", text)
	}
	*h = header{descr: descr[1], fortran: order[1] == "True", data: data, shape: []int{}}
	for _, field := range strings.Split(shape[1], ",") {
		field = strings.TrimSuffix(strings.TrimSpace(field), "L") // Python 2's long
		if field == "" {
			continue
		}
		d, err := strconv.Atoi(field)
		if err != nil || len(h.shape) == 32 {
			return fmt.Errorf("wanted a shape, found (%.40s)", shape[1])
		}
		h.shape = append(h.shape, d)
	}
	return nil
}

// types are the types of numbers, by the letter and the size of NumPy.
var types = map[string]string{
	"f4": "float32", "f8": "float64", "f2": "float16", "b1": "bool", "i1": "int8", "i2": "int16", "i4": "int32",
	"i8": "int64", "u1": "uint8", "u2": "uint16", "u4": "uint32", "u8": "uint64",
}

// decode returns the array of a .npy file, or its text if it holds one.
func decode(name string, file []byte) (a arrays.Array, text []string, err error) {
	h, err := parseHeader(file)
	if err != nil {
		return a, nil, err
	}
	var order binary.ByteOrder = binary.LittleEndian
	kind := strings.TrimLeft(h.descr, "<>|=")
	if strings.HasPrefix(h.descr, ">") {
		order = binary.BigEndian
	}
	a = arrays.Array{Name: name, Shape: h.shape, Type: types[kind]}
	if strings.HasPrefix(kind, "U") {
		text, err := h.text(kind[1:], order)
		return a, text, err
	}
	if strings.HasPrefix(kind, "O") {
		return a, nil, fmt.Errorf("wanted an array of numbers, found one of objects, which is a pickle: numpy.savez(FILE, *arrays) writes none")
	}
	t, ok := arrays.TypeOf(a.Type)
	if !ok {
		return a, nil, fmt.Errorf("wanted numbers of float16, float32 or float64, found the type %.20q", h.descr)
	}
	n, ok := arrays.Size(h.shape, len(h.data)/t.Bytes)
	if !ok || n*t.Bytes != len(h.data) {
		return a, nil, fmt.Errorf("wanted as many bytes as the shape %v of %s takes, found %d", short(h.shape), a.Type,
			len(h.data))
	}
	a.Data = t.Floats(h.data, order)
	if h.fortran && a.Data != nil && n > 0 {
		a.Data = rowMajor(a.Data, h.shape)
	}
	return a, nil, nil
}

// short returns a shape that fits into a message.
func short(shape []int) string {
	if len(shape) > 6 {
		return fmt.Sprintf("of %d dimensions", len(shape))
	}
	return fmt.Sprint(shape)
}

// rowMajor returns data whose first dimension varies fastest so that the last one does. data is not empty.
func rowMajor(data []float32, shape []int) []float32 {
	out := make([]float32, len(data))
	index := make([]int, len(shape))
	for _, x := range data {
		at := 0
		for d, i := range index {
			at = at*shape[d] + i
		}
		out[at] = x
		for d := range index {
			if index[d]++; index[d] < shape[d] {
				break
			}
			index[d] = 0
		}
	}
	return out
}

// text returns an array of texts, each of which has the given number of characters in UTF-32, padded with zeros.
func (h header) text(length string, order binary.ByteOrder) ([]string, error) {
	n, err := strconv.Atoi(length)
	if err != nil || n < 0 || n > math.MaxInt32 {
		return nil, fmt.Errorf("wanted a type of text, found %.20q", h.descr)
	}
	count, ok := arrays.Size(h.shape, len(h.data)/4)
	if !ok || n > 0 && count > len(h.data)/4/n || count*n*4 != len(h.data) {
		return nil, fmt.Errorf("wanted as many bytes as its texts take, found %d", len(h.data))
	}
	texts := make([]string, count)
	for i := range texts {
		var b []byte
		for c := range n {
			r := rune(order.Uint32(h.data[(i*n+c)*4:]) & math.MaxInt32)
			if r == 0 {
				break
			}
			b = utf8.AppendRune(b, r)
		}
		texts[i] = string(b)
	}
	return texts, nil
}

// encode returns a .npy file of version 1.0: the header is padded so that the data begin at a multiple of 64 bytes.
func encode(descr string, shape []int, data []byte) []byte {
	dims := ""
	for _, d := range shape {
		dims += strconv.Itoa(d) + ", "
	}
	dims = strings.TrimSuffix(dims, " ")
	if len(shape) != 1 {
		dims = strings.TrimSuffix(dims, ",")
	}
	text := fmt.Sprintf("{'descr': '%s', 'fortran_order': False, 'shape': (%s), }", descr, dims)
	const before, alignment = len(magic) + 4, 64
	text += strings.Repeat(" ", alignment-1-(before+len(text))%alignment) + "\n"
	file := append([]byte(magic), 1, 0)
	file = binary.LittleEndian.AppendUint16(file, uint16(len(text)))
	return append(append(file, text...), data...)
}
