// Package kernel holds the float32 arithmetic that the layers of a network are made of, once as plain Go, which defines
// what each kernel computes, and again for AVX2, AVX-512 and NEON. It knows matrices and the CPU; it does not know
// layers, files or data sets.
//
// Each kernel, or family of them, is a file: a method of Set, whose comment says what it computes and which looks
// whether its operands fit together, and beside it the same in plain Go. A method passes its operands on to the set's
// own function.
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
//   - exp is our own polynomial (exact.Exp). Division and square root are IEEE 754's.
package kernel

import (
	"fmt"
	"strings"
)

// Set is the kernels for one instruction set. All sets give the same bits. A Set has no state; any number of goroutines
// may use it at once.
//
// Its methods are the kernels. They look at their operands once a call: shapes that do not go together, or a slice too
// short for its shape, are a mistake in the program, and a panic names the kernel, the operand and the shape. Sizes of
// zero are allowed and do nothing. What a kernel writes must not overlap what it reads, unless it says so.
type Set struct {
	// Name is "generic", "avx2", "avx512" or "neon".
	Name string

	// TileRows and TileCols are the tile whose sums GemmTile keeps in registers.
	TileRows, TileCols int

	// PanelCols is how many columns SparseMul passes over at a time: who cuts columns cuts there.
	PanelCols int

	// What follows is what the methods of these names call: plain Go or assembly, which takes operands as it gets them.
	// Assembly reads and writes whatever is beyond the end of a slice. It counts on what its method has looked at.

	gemmTile func(rows, cols, k int, a []float32, rs, cs int, b []float32, ldb int, c []float32, ldc int,
		accumulate bool)
	sparseMul      func(y Matrix, x Sparse, b Matrix, accumulate bool)
	sparseAdam     func(p, m, v Matrix, x Sparse, b Matrix, a AdamStep, which Rows) // nil: see FusesAdam
	adam           func(p, m, v, g Matrix, a AdamStep)
	sgd            func(p, g Matrix, rate float32)
	decay          func(p Matrix, decay, rate float32)
	lerp           func(dst, src Matrix, share float32)
	gather         func(x Sparse, at int, src Bytes, base, baseStep uint32) int
	pack           func(edges []int32, src, dst []uint8) int // nil, as is unpack: see Packs
	unpack         func(x Sparse, at int, dense Bytes, p Packed, order []int32, first int) int
	prefetch       func(b []uint8) // nil if there is no such instruction
	transposeBytes func(dst, src Bytes)
	transpose      func(dst, src Matrix)
	warp           func(dst []uint8, src Bytes, pairs []uint16, x, y []float32)
	bias           func(y Matrix, bias []float32)
	biasRelu       func(y Matrix, bias []float32)
	reluGrad       func(d, y Matrix)
	columnSums     func(dst []float32, x Matrix)
	exp            func(dst, src []float32)
	softmax        func(z Matrix, largest, sums []float32, best []int32)
}

// Available returns the kernels that this CPU can run, fastest first. The last one is the portable reference.
func Available() []*Set { return append(assembly(), generic()) }

// generic returns the portable kernels: the meaning of every other set, and what runs where there is none.
func generic() *Set {
	return &Set{
		Name:           "generic",
		TileRows:       2,
		TileCols:       4,
		PanelCols:      128,
		gemmTile:       gemmTile,
		sparseMul:      sparseMul,
		sparseAdam:     sparseAdam,
		adam:           adam,
		sgd:            sgd,
		decay:          decayRows,
		lerp:           lerp,
		gather:         gatherBy(gather),
		pack:           pack,
		unpack:         unpack,
		transposeBytes: transposeBytes,
		transpose:      transpose,
		warp:           warp,
		bias:           bias,
		biasRelu:       biasRelu,
		reluGrad:       reluGrad,
		columnSums:     columnSums,
		exp:            exp,
		softmax:        softmaxBy(exp),
	}
}

// Select returns the kernels called name, or the fastest ones that this CPU has if name is empty. Asking for what the
// CPU lacks, or for what does not exist, is an error that names what there is.
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
