// Package kernel has the float32 arithmetic of which the layers of a network are made: once in plain Go, which defines
// what each kernel computes, and again in assembly for AVX2, AVX-512 and NEON. It knows matrices and the CPU, but no
// layers, files or data sets.
//
// A kernel, or a family of them, has a file of its own. There, a method of Set says what the kernel computes and checks
// its operands, and a function of that name in small letters is the kernel in plain Go. The method calls the set's own
// function: that one, or assembly. What is done element by element is a program of the generator in gen/elementwise, and
// its plain Go stands in the method.
//
// # Numeric contract
//
// Every kernel gives the same bits with every instruction set, and however its output is divided among threads:
//   - An element of a product is one chain of fused multiply-adds in ascending k, starting from +0 or from the value of
//     the output. Cutting k into blocks changes nothing: a partial sum is a float32 in a register and in memory. k is
//     never split across accumulators, and no sum crosses threads.
//   - A term with a factor of zero adds nothing. So a sparse product, which leaves such terms out, equals the dense one
//     as long as the other factor is finite.
//   - Go may fuse x*y+z on some architectures. Where the assembly rounds once, plain Go calls exact.FMA. Where it
//     rounds twice, plain Go is float32(x*y)+z.
//   - exp is a polynomial (exact.Exp). Division and square root are those of IEEE 754.
//   - No optimizer keeps a denormal number: see flush.
package kernel

import (
	"fmt"
	"strings"
)

// Set is the kernels of one instruction set. All sets give the same bits. A Set has no state; any number of goroutines
// may use it at once.
//
// Its methods are the kernels. Each call checks its operands once. Shapes that do not fit together, or a slice too
// short for its shape, are a bug of the caller: a panic names the kernel, the operand and the shape. Sizes of zero are
// allowed and do nothing. The operands that a kernel writes must not overlap others, unless it says so.
type Set struct {
	// Name is "generic", "avx2", "avx512" or "neon".
	Name string

	// TileRows and TileCols are the size of the tile whose sums Gemm keeps in registers.
	TileRows, TileCols int

	// PanelCols is the number of columns that SparseMul computes at a time. Callers that cut columns should cut there.
	PanelCols   int
	WidestPanel int // up to so many columns need not be cut; 0: PanelCols

	// The functions that the methods of these names call: plain Go or assembly. Assembly does not check the lengths of
	// slices, and relies on what the method has checked.

	gemmTile func(rows, cols, k int, a []float32, rs, cs int, b []float32, ldb int, c []float32, ldc int,
		accumulate bool)
	sparseMul      func(y Matrix, x Sparse, b Matrix, accumulate bool)
	sparseAdam     func(p, m, v Matrix, x Sparse, b Matrix, a AdamStep, which Rows) // nil: see FusesAdam
	residentRows   func(cols int) int                                               // nil: see ResidentRows
	gather         func(x Sparse, at int, src Bytes, base, baseStep uint32) int
	pack           func(edges []int32, src, dst []uint8) int // nil, as is unpack: see Packs
	unpack         func(x Sparse, at int, dense Bytes, p Packed, order []int32, first int) int
	prefetch       func(b []uint8) // nil if there is no such instruction
	transposeBytes func(dst, src Bytes)
	transpose      func(dst, src Matrix)
	copyRows       func(dst, src Matrix) // of the same size, with rows
	warp           func(dst []uint8, src Bytes, pairs []uint16, x, y []float32)
	columnSums     func(dst []float32, x Matrix)
	softmax        func(z Matrix, largest, sums []float32, best []int32) // nil: see softmaxByRows

	elementwiseKernels *elementwiseTable // nil: plain Go
}

// Available returns the sets that this CPU can run, fastest first. The last one is the portable reference.
func Available() []*Set { return append(assembly(), generic()) }

// generic returns the portable set. It defines the results of every other set, and serves CPUs without one.
func generic() *Set {
	return &Set{
		Name:           "generic",
		TileRows:       2,
		TileCols:       4,
		PanelCols:      128,
		gemmTile:       gemmTile,
		sparseMul:      sparseMul,
		sparseAdam:     sparseAdam,
		gather:         gatherBy(gather),
		pack:           pack,
		unpack:         unpack,
		transposeBytes: transposeBytes,
		transpose:      transpose,
		copyRows:       copyRows,
		warp:           warp,
		columnSums:     columnSums,
	}
}

// Select returns the set called name, or the fastest one that this CPU can run if name is empty. An unknown name, or a
// set that the CPU cannot run, is an error that lists what there is.
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
