// Command gen writes the amd64 kernels for one instruction set: the assembly of package kernel and its Go stubs. What a
// kernel computes is documented in the package's file of the same name. Package asm has what the generators share.
//
//	go run . -isa avx512 -out ../kernels_avx512_amd64.s -stubs ../kernels_avx512_amd64.go -pkg kernel
package main

import (
	"flag"
	"fmt"
	"os"

	"github.com/mmcloughlin/avo/build"

	"dnn/internal/nn/kernel/gen/lists"
)

func main() {
	name := flag.String("isa", "avx512", "instruction set: avx2 or avx512")
	flag.Parse()
	s, ok := map[string]isa{"avx2": avx2, "avx512": avx512}[*name]
	if !ok {
		fmt.Fprintf(os.Stderr, "gen: -isa: wanted avx2 or avx512, found %q\n", *name)
		os.Exit(2)
	}
	if !s.Opmasks {
		s.DeclareLaneMasks()
	}
	l := lists.New(s.ISA)
	s.gemmTile()
	s.sparseMul()
	s.softmax(declareExpTable())
	s.columnSums()
	l.Gather()
	s.warp()
	s.transpose()
	s.copyRows()
	if !s.Opmasks { // AVX-512 could not do these better
		transposeBytes()
		l.Prefetch()
	} else {
		s.sparseAdam()
	}
	l.Pack()
	l.Unpack()
	build.Generate()
}
