// Package kernel holds the float32 arithmetic that the layers of a network are made of, once as plain Go, which defines
// what each kernel computes, and again for AVX2, AVX-512 and NEON. It knows slices, strides and the CPU; it does not know
// layers, files or data sets.
//
// # Numeric contract
//
// Every kernel gives the same bits on every instruction set and for every way of splitting its output among threads:
//   - an element of a product is one chain of fused multiply-adds in ascending k, starting from +0 or from what the
//     output held. Blocking k does not change it, since the partial sum is a float32 already and goes to memory and back
//     as it is. k is never split across accumulators, and no sum crosses threads;
//   - a term whose factor is zero adds nothing, so a sparse product that leaves such terms out equals the dense one (as
//     long as the other factor is finite);
//   - the portable code computes x*y+z with one rounding where the assembly does (FMA), and writes float32(x*y)+z where it
//     does not, since Go may fuse the two by itself on some architectures;
//   - exp is our own polynomial (exp.go). Division and square root are IEEE 754's.
package kernel

import (
	"fmt"
	"strings"
)

// Set is the kernels for one instruction set: the dispatch table. All sets give the same bits. A Set has no state; any
// number of goroutines may use it at once. Slices must be as long as the shapes say; strides (ld…) count elements from one
// row to the next. Sizes of zero are allowed and do nothing. A slice that is too short is a mistake in the program: a panic
// names the kernel and the shape.
type Set struct {
	// Name is "generic", "avx2", "avx512" or "neon".
	Name string

	// TileRows and TileCols are the tile whose sums GemmTile keeps in registers.
	TileRows, TileCols int

	// GemmTile computes a column of tiles of a matrix product, C[rows, cols] = A[rows, k] B[k, cols], or C += A B if
	// accumulate is set; k may be 0. A's element (i, p) is a[i*rs+p*cs], so that a panel, a row-major matrix and a transposed
	// one all serve; B's rows are ldb apart and C's ldc. 1 <= rows, 1 <= cols <= TileCols.
	GemmTile func(rows, cols, k int, a []float32, rs, cs int, b []float32, ldb int, c []float32, ldc int, accumulate bool)

	// PanelCols is how many columns SparseMul passes over at a time: who cuts columns cuts there.
	PanelCols int

	// SparseMul computes Y[rows, cols] = X B, or Y += X B if accumulate is set. X is sparse: row r has the entries
	// entries[start[r*step]:start[r*step+1]], each index<<8|byte in ascending index, and means table[byte] in column index.
	SparseMul func(rows, cols int, entries []uint32, start []int32, step int, table *[256]float32, b []float32, ldb int, y []float32, ldy int, accumulate bool)

	// Gather writes an entry (base+i)<<8|src[i] for each nonzero src[i], in ascending i, and returns their number. dst must
	// have room for len(src)+GatherSlack entries: what lies behind those written may be overwritten.
	Gather func(dst []uint32, src []uint8, base uint32) int

	// gatherRows is GatherRows for rows > 0; nil if Gather serves as well.
	gatherRows func(rows, cols int, src []uint8, lds int, dst []uint32, at int, base, baseStep uint32, start []int32, step int) int

	// prefetch is Prefetch; nil if there is no such instruction.
	prefetch func(b []uint8)

	// Pack writes the packed form of the bytes src to dst, by blocks of features with those edges (see PackedBlock), and
	// returns its length. dst must have room for PackedSize and PackedSlack bytes. It is nil, as is Unpack, where that would
	// not make loading faster.
	Pack func(edges []int32, src []uint8, dst []uint8) int

	// Unpack makes lists of the nonzero bytes of packed samples, and the bytes as they were, of the blocks from first on, of
	// which there are so many. The i-th sample is packed at data[at[order[i]]]; from dst[end] on it appends an entry
	// feature<<8|byte for each nonzero one, and start[i*(blocks+1)+b] becomes where those of its b-th block begin, the last one
	// of these where they end. dense[i*ldd+j] becomes the byte of the feature edges[first]+j. It returns the end of the last
	// sample's entries. dst must have room for all features and GatherSlack more, data for PackedSlack bytes more.
	Unpack func(order []int32, at []uint32, data []uint8, edges []int32, first, blocks int, dst []uint32, end int, start []int32, dense []uint8, ldd int) int

	// TransposeBytes computes dst[c*ldd+r] = src[r*lds+c] for r < rows, c < cols.
	TransposeBytes func(rows, cols int, src []uint8, lds int, dst []uint8, ldd int)

	// Transpose computes dst[c*ldd+r] = src[r*lds+c] for r < rows, c < cols.
	Transpose func(rows, cols int, src []float32, lds int, dst []float32, ldd int)

	// Warp computes dst[i], the value at column x[i] and row y[i] of the image src[rows, cols], for i < len(x): between its
	// four neighbors' by bilinear interpolation, first along the rows, rounded to the nearest integer, ties to even. The
	// pixels lie at whole coordinates from 0 on, and zeros around them. pairs is WarpPairs(rows, cols) elements of memory that
	// hold zeros, or what Warp has left there for another image of that size.
	Warp func(rows, cols int, src []uint8, pairs []uint16, x, y []float32, dst []uint8)

	// Bias computes Y[r, c] += bias[c].
	Bias func(rows, cols int, y []float32, ldy int, bias []float32)

	// BiasRelu computes Y[r, c] = relu(Y[r, c] + bias[c]), where relu(x) is +0 for x < 0 and x otherwise (so NaN stays NaN).
	BiasRelu func(rows, cols int, y []float32, ldy int, bias []float32)

	// ReluGrad computes D[r, c] = +0 where not Y[r, c] > 0: the gradient of relu, given its output Y.
	ReluGrad func(rows, cols int, y []float32, ldy int, d []float32, ldd int)

	// ColumnSums computes dst[c] = the sum of X[r, c] over the rows in ascending r, starting from +0.
	ColumnSums func(rows, cols int, x []float32, ldx int, dst []float32)

	// Exp computes dst[i] = e^src[i] for i < len(src); dst may be src.
	Exp func(dst, src []float32)

	// Softmax turns the columns of Z[rows, cols] into their softmax: with largest[c], the largest number of column c, best[c],
	// the row where it is first, and sums[c], the sum of all e^(Z[r, c] - largest[c]) in ascending r, starting from +0, it
	// computes Z[r, c] = e^(Z[r, c] - largest[c]) / sums[c]. NaN is smaller than any number; of a column of NaN it is row 0.
	Softmax func(rows, cols int, z []float32, ldz int, largest, sums []float32, best []int32)

	// Adam updates the parameters P[rows, cols] and their moments M and V, whose rows are ldp apart in all three, by the
	// gradient G[rows, cols], whose rows are ldg apart, as AdamStep defines it for each element.
	Adam func(rows, cols int, p, m, v []float32, ldp int, g []float32, ldg int, a AdamStep)

	// SparseAdam is SparseMul without accumulate, followed by Adam with the product as the gradient, which it does not
	// store; both only for the rows that are selected by which. It is nil where that would not be faster than the two.
	SparseAdam func(rows, cols int, entries []uint32, start []int32, step int, table *[256]float32, b []float32, ldb int, p, m, v []float32, ldp int, a AdamStep, which Rows)

	// SGD computes P[r, c] = fma(-rate, G[r, c], P[r, c]).
	SGD func(rows, cols int, p []float32, ldp int, g []float32, ldg int, rate float32)

	// Decay computes P[r, c] -= (P[r, c] * decay) * rate, every operation rounded.
	Decay func(rows, cols int, p []float32, ldp int, decay, rate float32)

	// Lerp computes DST[r, c] = fma(share, SRC[r, c]-DST[r, c], DST[r, c]): that share of the way from DST to SRC.
	Lerp func(rows, cols int, dst []float32, ldd int, src []float32, lds int, share float32)
}

// GatherSlack is the room that Gather needs behind its entries.
const GatherSlack = 64

// Rows selects rows of a sparse matrix.
type Rows uint8

// The rows that there are to select.
const (
	EmptyRows  Rows = 1 << iota // those without entries
	FilledRows                  // those with entries
	AllRows    = EmptyRows | FilledRows
)

// AdamStep is what all parameters share in one step of Adam (Kingma and Ba, arXiv:1412.6980, with the bias correction
// folded into the rate as in section 2's last paragraph, which is Keras 3's formulation):
//
//	m += (g - m) * C1
//	v += (g*g - v) * C2
//	p -= (m * Alpha) / (sqrt(v) + Epsilon)
//
// where the two += are fused multiply-adds and every other operation rounds.
type AdamStep struct {
	Alpha   float32 // rate * sqrt(1-beta2^t) / (1-beta1^t)
	C1, C2  float32 // 1-beta1, 1-beta2
	Epsilon float32
}

// Select returns the kernels called name, or the fastest ones that this CPU has if name is empty. Asking for what the CPU
// lacks, or for what does not exist, is an error that names what there is.
func Select(name string) (*Set, error) {
	sets := Available()
	if name == "" {
		return sets[0], nil
	}
	names := make([]string, len(sets))
	for i, s := range sets {
		if s.Name == name {
			return s, nil
		}
		names[i] = s.Name
	}
	return nil, fmt.Errorf("wanted one of %s (what this CPU has), found %q", strings.Join(names, ", "), name)
}

// Available returns the kernels that this CPU can run, fastest first. The last one is the portable reference.
func Available() []*Set {
	sets := available()
	for i, s := range sets {
		sets[i] = checked(s)
	}
	return sets
}
