package main

import (
	"os"
	"regexp"
	"testing"
)

// avo allocates all 32 vector registers, and the assembler then silently uses an encoding that only AVX-512 has.
func TestAVX2KeepsToItsRegisters(t *testing.T) {
	others := regexp.MustCompile(`(?m)^.*\b([XYZ](1[6-9]|2\d|3[01])|Z\d+|K[0-7])\b.*$`)
	for _, file := range []string{"../kernels_avx2_amd64.s", "../elementwise_avx2_amd64.s"} {
		assembly, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		if found := others.Find(assembly); found != nil {
			t.Errorf("%s: wanted registers of AVX2 only, found %s", file, found)
		}
	}
}
