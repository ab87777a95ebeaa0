package process

import (
	"errors"
	"fmt"
	"strconv"
	"strings"
)

// wantedCPUs is how many the targets of the benchmarks are meant for.
const wantedCPUs = 2

// Restrict makes the calling thread, and all programs that are started from it, run on the given CPUs, or if there are
// none on the first two of those that it has. It returns them: nil for all, where the system cannot restrict.
func Restrict(cpus []int) ([]int, error) {
	if len(cpus) > 0 {
		if err := pin(cpus...); err != nil {
			return nil, fmt.Errorf("--cpus %v: %w", cpus, err)
		}
		return cpus, nil
	}
	cpus = allowedCPUs()
	cpus = cpus[:min(wantedCPUs, len(cpus))]
	if len(cpus) > 0 && pin(cpus...) == nil {
		return cpus, nil
	}
	return nil, nil
}

// ParseCPUs returns the numbers in a list such as 0,1.
func ParseCPUs(s string) ([]int, error) {
	var cpus []int
	for field := range strings.SplitSeq(s, ",") {
		cpu, err := strconv.Atoi(field)
		if err != nil || cpu < 0 {
			return nil, errors.New("wanted numbers such as 0,1")
		}
		cpus = append(cpus, cpu)
	}
	return cpus, nil
}
