package main

import (
	"os"
	"regexp"
	"testing"
)

// avo allocates all 32 vector registers, and the assembler then silently uses an encoding that only AVX-512 has.
func TestAVX2KeepsToItsRegisters(t *testing.T) {
	assembly, err := os.ReadFile("../kernels_avx2_amd64.s")
	if err != nil {
		t.Fatal(err)
	}
	if found := regexp.MustCompile(`(?m)^.*\b([XYZ](1[6-9]|2\d|3[01])|Z\d+|K[0-7])\b.*$`).Find(assembly); found != nil {
		t.Errorf("wanted registers of AVX2 only, found %s", found)
	}
}
