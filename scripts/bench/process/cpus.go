package process

import (
	"fmt"
	"strconv"
	"strings"
)

// wantedCPUs is the number of CPUs that the targets are meant for.
const wantedCPUs = 2

// Restrict makes the calling thread, and all programs that it starts, run on the given CPUs; if there are none, on the
// first two that it may use. It returns these CPUs, or nil for all if the system cannot restrict it.
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

// ParseCPUs reads a list of numbers, such as 0,1.
func ParseCPUs(s string) ([]int, error) {
	var cpus []int
	for field := range strings.SplitSeq(s, ",") {
		cpu, err := strconv.Atoi(field)
		if err != nil || cpu < 0 {
			return nil, fmt.Errorf("wanted numbers such as 0,1, found %q", s)
		}
		cpus = append(cpus, cpu)
	}
	return cpus, nil
}
