package process

import "golang.org/x/sys/unix"

// maxCPUs is the number of CPUs that a unix.CPUSet has room for.
const maxCPUs = 1024

// allowedCPUs returns the CPUs that the calling thread may run on, or nil if unknown.
func allowedCPUs() []int {
	var set unix.CPUSet
	if unix.SchedGetaffinity(0, &set) != nil {
		return nil
	}
	var cpus []int
	for cpu := range maxCPUs {
		if set.IsSet(cpu) {
			cpus = append(cpus, cpu)
		}
	}
	return cpus
}

// pin makes the calling thread run on these CPUs only.
func pin(cpus ...int) error {
	var set unix.CPUSet
	for _, cpu := range cpus {
		set.Set(cpu)
	}
	return unix.SchedSetaffinity(0, &set)
}
