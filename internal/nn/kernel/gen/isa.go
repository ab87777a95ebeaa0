package main

import "dnn/internal/nn/kernel/gen/asm"

// isa is an instruction set, with the tiles that suit its registers. Its methods write the kernels.
type isa struct {
	asm.ISA

	tileRows  int // rows of gemmTile's largest tile, which has two vectors of columns
	unroll    int // steps of k in a round of the loop of gemmTile
	panel     int // vectors of columns that SparseMul keeps in registers
	adamPanel int // and SparseAdam; 0 if it is made of other kernels
}

var (
	// avx512 needs the subsets F, BW, DQ and VL besides all that avx2 needs. gather, pack and unpack also need VBMI2.
	// Its tile has 24 of 32 registers as sums: 16 would hide the latency of an FMA, but need more of B for each.
	avx512 = isa{ISA: asm.ISA{Suffix: "AVX512", Lanes: 16, Opmasks: true}, tileRows: 12, unroll: 1,
		panel: 10, adamPanel: 8}

	// avx2 needs AVX2, FMA, BMI2 and POPCNT. Its tile (12 sums, 2 vectors of B, 1 element of A, 1 mask) and its panel
	// (13 sums, 1 value, 1 mask, 1 load) use all 16 registers.
	avx2 = isa{ISA: asm.ISA{Suffix: "AVX2", Lanes: 8}, tileRows: 6, unroll: 4, panel: 13}
)
