package kernel

// withoutVBMI2 returns the set for CPUs that have AVX-512 without VBMI2, if it differs from what this CPU runs.
func withoutVBMI2() *Set {
	if Available()[0].Name != "avx512" {
		return nil
	}
	s := avx512(false)
	s.Name = "avx512 without VBMI2"
	return s
}
