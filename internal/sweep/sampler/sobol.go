package sampler

import (
	_ "embed"
	"strconv"
	"strings"
	"sync"

	"dnn/internal/random"
)

// directionText has a line for each dimension of Sobol's sequence from the second on: the dimension, the degree of its
// primitive polynomial over GF(2), the polynomial's inner coefficients as bits, and its initial direction numbers. They
// are the first ones of Joe and Kuo, new-joe-kuo-6 (SIAM Journal on Scientific Computing 30(5), 2008).
//
//go:embed directions.txt
var directionText string

// Dimensions is the number of dimensions of Sobol's sequence here.
const Dimensions = 128

// sobolBits are the binary digits of a coordinate: the sequence repeats itself after 2^sobolBits points.
const sobolBits = 32

// directions returns the direction numbers of each dimension: column j flips where bit j of the number of the point,
// in Gray code, is set.
var directions = sync.OnceValue(func() [][sobolBits]uint32 {
	var all [][sobolBits]uint32
	var first [sobolBits]uint32
	for j := range first {
		first[j] = 1 << (sobolBits - 1 - j)
	}
	all = append(all, first)
	for line := range strings.Lines(directionText) {
		var n []uint32
		for _, field := range strings.Fields(line) {
			v, err := strconv.ParseUint(field, 10, 32)
			if err != nil {
				panic("space: directions.txt: " + err.Error())
			}
			n = append(n, uint32(v))
		}
		all = append(all, recurrence(int(n[1]), n[2], n[3:]))
	}
	return all
})

// recurrence continues the initial direction numbers m of a polynomial of that degree (Bratley and Fox, algorithm 659,
// ACM Transactions on Mathematical Software 14(1), 1988).
func recurrence(degree int, coefficients uint32, m []uint32) (v [sobolBits]uint32) {
	for j := range v {
		if j < degree {
			v[j] = m[j] << (sobolBits - 1 - j)
			continue
		}
		v[j] = v[j-degree] ^ v[j-degree]>>degree
		for k := 1; k < degree; k++ {
			if coefficients>>(degree-1-k)&1 == 1 {
				v[j] ^= v[j-k]
			}
		}
	}
	return v
}

// Sobol returns the coordinate of point n of Sobol's sequence in a dimension, as a binary fraction of sobolBits digits.
// Points are in the order of Antonov and Saleev (1979), so point 0 is the origin.
func Sobol(n uint32, dimension int) uint32 {
	x, v := uint32(0), &directions()[dimension]
	for gray, j := n^n>>1, 0; gray != 0; gray, j = gray>>1, j+1 {
		if gray&1 == 1 {
			x ^= v[j]
		}
	}
	return x
}

// Scrambled permutes the digits of x at random: whether a digit flips depends on the digits before it (Owen, Monte
// Carlo and Quasi-Monte Carlo Methods, 1995). Points that were spread evenly are so afterwards.
func Scrambled(x uint32, key random.Key) uint32 {
	out := x
	for digit := range sobolBits {
		before := uint64(1)<<digit | uint64(x)>>(sobolBits-digit)
		var bits [1]uint32
		key.At(int(before)).Bits(bits[:])
		out ^= bits[0] >> 31 << (sobolBits - 1 - digit)
	}
	return out
}
