package kernel

import "golang.org/x/sys/cpu"

//go:generate go run -C gen . -isa avx2 -out ../kernels_avx2_amd64.s -stubs ../kernels_avx2_amd64.go -pkg kernel
//go:generate go run -C gen . -isa avx512 -out ../kernels_avx512_amd64.s -stubs ../kernels_avx512_amd64.go -pkg kernel
//go:generate go run -C gen ./elementwise -isa avx2 -out ../elementwise_avx2_amd64.s -pkg kernel
//go:generate go run -C gen ./elementwise -isa avx512 -out ../elementwise_avx512_amd64.s -pkg kernel
//go:generate go run -C gen ./elementwise -isa neon

// assembly returns the sets in assembly that this CPU can run, fastest first.
func assembly() []*Set {
	var sets []*Set
	x := &cpu.X86
	hasAVX2 := x.HasAVX2 && x.HasFMA && x.HasBMI2 && x.HasPOPCNT
	if hasAVX2 && x.HasAVX512F && x.HasAVX512BW && x.HasAVX512DQ && x.HasAVX512VL {
		sets = append(sets, avx512(x.HasAVX512VBMI2))
	}
	if hasAVX2 {
		sets = append(sets, avx2())
	}
	return sets
}
