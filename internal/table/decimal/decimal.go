// Package decimal keeps rows of decimal numbers in less memory than their texts take, and gives back the very float64s that
// the texts stand for.
package decimal

import (
	"bytes"
	"encoding/binary"
	"math"
	"strconv"
)

// Rows are rows of numbers, exactly as float64 has them, in less memory than their texts take. They are kept in blocks of
// rows. In each block, a column is whole numbers of 1, 2 or 4 bytes, to be divided by a power of ten; where
// that does not give the very float64s, it is those.
type Rows struct {
	parse          func(text string) (float64, error)
	columns, count int
	perBlock       int // rows
	blocks         []block

	// The rows after the blocks.
	mantissas []int64 // [rows, columns]: whole numbers, or the bits of a float64
	decimals  []int8  // [rows, columns]: of the power of ten; isFloat: the mantissa is the bits
	odd       bool    // some of them is no whole number from 0 to 255
}

// block is some rows of numbers.
type block struct {
	kinds  []kind // of each column
	stride int    // bytes of a row
	data   []byte
}

// kind is how the numbers of a column are stored in a block.
type kind struct{ bytes, decimals uint8 }

// isFloat stands for the decimals of a number that is no short decimal.
const isFloat = -1

// maxDecimals is the largest power of ten by which a mantissa is divided. Up to 22, it is a float64 itself, and so is a
// mantissa of 15 digits: the quotient is rounded once, as strconv.ParseFloat rounds the decimal (Clinger, How to Read
// Floating Point Numbers Accurately, 1990).
const maxDecimals = 15

// tens are the powers of ten.
var tens = [maxDecimals + 1]int64{1, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15}

// New returns no rows of so many columns. parse reads a text without space at its ends that is no plain decimal number,
// or says why it cannot.
func New(columns int, parse func(text string) (float64, error)) *Rows {
	return &Rows{parse: parse, columns: columns, perBlock: min(max((1<<16)/columns, 8), 1<<13)}
}

// Count returns how many numbers the rows have.
func (n *Rows) Count() int { return n.count * n.columns }

// Add appends the number that text is to the last row.
func (n *Rows) Add(text []byte) error {
	if len(text) == 1 && text[0] >= '0' && text[0] <= '9' { // most pixels
		n.mantissas = append(n.mantissas, int64(text[0]-'0'))
		n.decimals = append(n.decimals, 0)
		return nil
	}
	if mantissa, decimals, ok := shortDecimal(text); ok {
		n.mantissas = append(n.mantissas, mantissa)
		n.decimals = append(n.decimals, decimals)
		n.odd = n.odd || mantissa != int64(uint8(mantissa)) || decimals != 0
		return nil
	}
	n.odd = true
	v, ok := longDecimal(text)
	if !ok {
		var err error
		v, err = strconv.ParseFloat(string(text), 64) // copies nothing, unlike n.parse
		if err != nil || !isDecimal(text) || !(math.Abs(v) <= math.MaxFloat32) {
			if v, err = n.parse(string(bytes.TrimSpace(text))); err != nil {
				return err
			}
		}
	}
	n.mantissas = append(n.mantissas, int64(math.Float64bits(v)))
	n.decimals = append(n.decimals, isFloat)
	return nil
}

// isDecimal reports whether text has decimal digits, points, signs and exponents only: strconv reads more.
func isDecimal(text []byte) bool {
	for _, c := range text {
		if (c < '0' || c > '9') && c != '.' && c != '-' && c != '+' && c != 'e' && c != 'E' {
			return false
		}
	}
	return true
}

// shortDecimal reads a number of up to maxDecimals digits, without exponent, as mantissa / 10^decimals. It is not ok for
// any other text, nor for -0.
func shortDecimal(text []byte) (mantissa int64, decimals int8, ok bool) {
	digits := text
	if len(digits) > 0 && digits[0] == '-' {
		digits = digits[1:]
	}
	if len(digits) > maxDecimals+1 {
		return 0, 0, false
	}
	point := -1
	for i, c := range digits {
		switch {
		case c >= '0' && c <= '9':
			mantissa = 10*mantissa + int64(c-'0')
		case c == '.' && point < 0:
			point = i
		default:
			return 0, 0, false
		}
	}
	count := len(digits)
	if point >= 0 {
		count--
		decimals = int8(count - point)
	}
	negative := len(digits) < len(text)
	if count == 0 || count > maxDecimals || negative && mantissa == 0 {
		return 0, 0, false
	}
	if negative {
		mantissa = -mantissa
	}
	return mantissa, decimals, true
}

// EndRow ends the last row.
func (n *Rows) EndRow() {
	if n.count++; n.count%n.perBlock == 0 {
		n.pack()
	}
}

// End makes all rows readable. None can be added after it.
func (n *Rows) End() {
	if len(n.mantissas) > 0 {
		n.pack()
	}
	n.mantissas, n.decimals = nil, nil
}

// pack makes a block of the rows after the blocks.
func (n *Rows) pack() {
	b := block{kinds: n.kinds()}
	for _, k := range b.kinds {
		b.stride += int(k.bytes)
	}
	b.data = make([]byte, 0, len(n.mantissas)/n.columns*b.stride)
	if !n.odd {
		for _, m := range n.mantissas {
			b.data = append(b.data, byte(m))
		}
	}
	for at := 0; n.odd && at < len(n.mantissas); at += n.columns {
		mantissas, decimals := n.mantissas[at:at+n.columns], n.decimals[at:at+n.columns]
		for c, k := range b.kinds {
			m, d := mantissas[c], decimals[c]
			if k.bytes < 8 && k.decimals > 0 {
				m *= tens[k.decimals-uint8(d)]
			}
			switch k.bytes {
			case 1:
				b.data = append(b.data, byte(m))
			case 2:
				b.data = binary.LittleEndian.AppendUint16(b.data, uint16(m))
			case 4:
				b.data = binary.LittleEndian.AppendUint32(b.data, uint32(m))
			default:
				if d != isFloat {
					m = int64(math.Float64bits(float64(m) / float64(tens[d])))
				}
				b.data = binary.LittleEndian.AppendUint64(b.data, uint64(m))
			}
		}
	}
	n.blocks = append(n.blocks, b)
	n.mantissas, n.decimals, n.odd = n.mantissas[:0], n.decimals[:0], false
}

// kinds returns how to store each column of the rows after the blocks.
func (n *Rows) kinds() []kind {
	kinds := make([]kind, n.columns)
	if !n.odd {
		for c := range kinds {
			kinds[c].bytes = 1
		}
		return kinds
	}
	for at := 0; at < len(n.decimals); at += n.columns {
		for c, d := range n.decimals[at : at+n.columns] {
			kinds[c].decimals = max(kinds[c].decimals, uint8(d)) // isFloat is the largest
		}
	}
	for at := 0; at < len(n.mantissas); at += n.columns {
		decimals := n.decimals[at : at+n.columns]
		for c, m := range n.mantissas[at : at+n.columns] {
			k := &kinds[c]
			if k.decimals > maxDecimals {
				k.bytes = 8
				continue
			}
			if shift := k.decimals - uint8(decimals[c]); shift > 0 && m != 0 {
				if shift > 9 || m != int64(int32(m)) { // else the product could be too large for an int64
					k.bytes = 8
					continue
				}
				m *= tens[shift]
			}
			k.bytes = max(k.bytes, bytesOf(m))
		}
	}
	return kinds
}

// bytesOf returns how many bytes can hold m: 1 without a sign, 2 or 4 with one, or 8.
func bytesOf(m int64) uint8 {
	switch {
	case m == int64(uint8(m)):
		return 1
	case m == int64(int16(m)):
		return 2
	case m == int64(int32(m)):
		return 4
	}
	return 8
}

// Row reads row r into dst, which has room for all columns.
func (n *Rows) Row(r int, dst []float64) {
	b := &n.blocks[r/n.perBlock]
	at := r % n.perBlock * b.stride
	data := b.data[at : at+b.stride]
	for c, k := range b.kinds {
		var m int64
		switch k.bytes {
		case 1:
			m = int64(data[0])
		case 2:
			m = int64(int16(binary.LittleEndian.Uint16(data)))
		case 4:
			m = int64(int32(binary.LittleEndian.Uint32(data)))
		default:
			dst[c] = math.Float64frombits(binary.LittleEndian.Uint64(data))
			data = data[8:]
			continue
		}
		data = data[k.bytes:]
		dst[c] = float64(m)
		if k.decimals > 0 {
			dst[c] /= float64(tens[k.decimals])
		}
	}
}
