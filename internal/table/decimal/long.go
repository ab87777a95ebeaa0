package decimal

import (
	"encoding/binary"
	"math"
	"math/bits"
)

// maxLong is how many digits a uint64 always holds, and the largest power of ten that it holds.
const maxLong = 19

// longTens are the powers of ten.
var longTens = func() (all [maxLong + 1]uint64) {
	all[0] = 1
	for i := range maxLong {
		all[i+1] = 10 * all[i]
	}
	return all
}()

// longDecimal reads a number of up to maxLong digits, not counting zeros in front, as programs write a float64. It is not
// ok for any other text, nor for 0.
func longDecimal(text []byte) (v float64, ok bool) {
	digits := text
	if len(digits) > 0 && digits[0] == '-' {
		digits = digits[1:]
	}
	whole, n, ok := wholeNumber(digits, 0)
	decimals := 0
	if ok && n < len(digits) {
		if digits[n] != '.' {
			return 0, false
		}
		whole, decimals, ok = wholeNumber(digits[n+1:], whole)
		ok = ok && n+1+decimals == len(digits)
	}
	if !ok || whole == 0 || decimals > maxLong {
		return 0, false
	}
	v = quotient(whole, longTens[decimals])
	if len(digits) < len(text) {
		v = -v
	}
	return v, true
}

// wholeNumber appends the n digits that text begins with to those of the number m. It is not ok if they are more than it
// can hold.
func wholeNumber(text []byte, m uint64) (whole uint64, n int, ok bool) {
	for ; len(text)-n >= 8 && m < 1e11; n += 8 {
		eight, ok := eightDigits(binary.LittleEndian.Uint64(text[n:]))
		if !ok {
			break
		}
		m = 1e8*m + eight
	}
	for ; n < len(text); n++ {
		c := text[n] - '0'
		if c > 9 {
			break
		}
		if m >= 1e18 {
			return 0, 0, false
		}
		m = 10*m + uint64(c)
	}
	return m, n, true
}

// eightDigits returns the number that eight digits are, the first in the lowest byte: neighbors are put together, to
// numbers of two digits, then four, then eight. It is not ok if one is no digit.
func eightDigits(text uint64) (v uint64, ok bool) {
	const high = 0xf0f0f0f0f0f0f0f0
	if text&high != 0x3030303030303030 || (text+0x0606060606060606)&high != 0x3030303030303030 {
		return 0, false
	}
	v = text &^ high
	v = 10*(v&0x00ff00ff00ff00ff) + v>>8&0x00ff00ff00ff00ff
	v = 100*(v&0x0000ffff0000ffff) + v>>16&0x0000ffff0000ffff
	return 10_000*(v&0xffffffff) + v>>32, true
}

// quotient returns the float64 nearest to a / b, the even one of two, as IEEE 754 has it, by long division: 64 bits of the
// quotient, and whether there is a rest. Neither is 0, and a / b is no subnormal.
func quotient(a, b uint64) float64 {
	shiftA, shiftB := bits.LeadingZeros64(a), bits.LeadingZeros64(b)
	a, b = a<<shiftA, b<<shiftB
	exponent := shiftB - shiftA // a / b is the quotient of the new ones, times two to the power of this
	high, low := a, uint64(0)
	if a >= b { // the quotient is 1 or more
		high, low = a>>1, a<<63
		exponent++
	}
	q, rest := bits.Div64(high, low, b) // times 2^64, with its highest bit set
	const extra = 64 - 53
	mantissa, below := q>>extra, q&(1<<extra-1)
	if half := uint64(1 << (extra - 1)); below > half || below == half && (rest > 0 || mantissa&1 == 1) {
		mantissa++
	}
	return math.Float64frombits(uint64(exponent+1021)<<52 + mantissa) // its highest bit adds 1 to the exponent; 2^53, 2
}
