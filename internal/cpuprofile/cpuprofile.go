// Package cpuprofile writes what the CPU was busy with while something ran.
package cpuprofile

import (
	"errors"
	"os"
	"runtime/pprof"

	"dnn/internal/fault"
)

// During calls work and writes a CPU profile of it, for `go tool pprof`, to path. If path is empty, it just calls work.
func During(path string, work func() error) (err error) {
	if path == "" {
		return work()
	}
	file, err := os.Create(path)
	if err != nil {
		return fault.CannotWrite(path, err)
	}
	if err := pprof.StartCPUProfile(file); err != nil {
		return errors.Join(fault.New(fault.Bug, "--profile", "%w", err), file.Close())
	}
	defer func() {
		pprof.StopCPUProfile()
		if cerr := file.Close(); cerr != nil && err == nil {
			err = fault.CannotWrite(path, cerr)
		}
	}()
	return work()
}
