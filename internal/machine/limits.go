package machine

import (
	"io/fs"
	"math"
	"strconv"
	"strings"

	"dnn/internal/fault"
)

// A process has limits (ulimit of a shell, getrlimit(2)). When it reaches one, the Go runtime often ends the program
// with a trace of all goroutines, and there is no error to handle. So the limits are checked beforehand.

// The least that the program needs to start, and to report that there is too little for the rest.
const (
	leastMemory  = 256 << 20 // address space for the runtime's own bookkeeping, stacks and the smallest data sets
	leastFiles   = 12
	leastThreads = 6 // in addition to those that compute

	// fewProcesses is the limit up to which the threads of a user are counted. Counting many takes long.
	fewProcesses = 1024
)

// CheckLimits is a fault.Resources if the limits of the process leave too little to run with so many threads. It cannot
// help where the runtime fails before. system is the root of the file system; outside Linux only open files are
// checked.
func CheckLimits(system fs.FS, threads int) error {
	if left := spareFiles(leastFiles); left < leastFiles {
		return tooLow("n", "open files", leastFiles, float64(left))
	}
	limits := readLimits(system)
	if left, limit := limits.memory(system); limit != "" && left < leastMemory {
		return fault.New(fault.Resources, limit, "wanted room for %d MB more memory, found %d MB",
			leastMemory>>20, left>>20)
	}
	if most := limits["Max processes"]; most <= fewProcesses {
		if used, ok := userThreads(system); ok && most-float64(used) < float64(threads+leastThreads) {
			return tooLow("u", "threads", threads+leastThreads, most-float64(used))
		}
	}
	return nil
}

// tooLow is the error about a limit, which is named by its letter in ulimit.
func tooLow(ulimit, what string, wanted int, left float64) error {
	return fault.New(fault.Resources, "ulimit -"+ulimit,
		"wanted room for %d more %s, found %.0f", wanted, what, max(left, 0))
}

// limits are the soft limits of a process, by their names in /proc/self/limits; infinite where there is none.
type limits map[string]float64

func readLimits(system fs.FS) limits {
	l := limits{}
	for _, name := range []string{"Max processes", "Max address space", "Max data size"} {
		l[name] = math.Inf(1)
	}
	text, _ := fs.ReadFile(system, "proc/self/limits") // if it cannot be read, no limit is known
	for line := range strings.Lines(string(text)) {    // Max processes      96365      96365      processes
		for name := range l {
			if rest, ok := strings.CutPrefix(line, name+" "); ok {
				if n, err := strconv.ParseFloat(strings.Fields(rest + " -")[0], 64); err == nil {
					l[name] = n
				}
			}
		}
	}
	return l
}

// memory returns how many bytes the limits of the address space and of the data in it leave: the least of them, and
// which limit that is; "" if there is none.
func (l limits) memory(system fs.FS) (left uint64, limit string) {
	if math.IsInf(l["Max address space"], 1) && math.IsInf(l["Max data size"], 1) {
		return 0, "" // as most often: what is in use need not be read
	}
	status := readStatus(system, "proc/self/status")
	for _, m := range []struct{ limit, name, used string }{
		{"ulimit -v", "Max address space", "VmSize"},
		{"ulimit -d", "Max data size", "VmData"},
	} {
		used, err := strconv.ParseUint(strings.TrimSuffix(status[m.used], " kB"), 10, 54)
		if most := l[m.name]; err == nil && !math.IsInf(most, 1) {
			if here := uint64(max(0, most-float64(used<<10))); limit == "" || here < left {
				left, limit = here, m.limit
			}
		}
	}
	return left, limit
}

// limitMemory returns how much the limits leave to allocate, beyond what the program needs anyway.
func limitMemory(system fs.FS) (left uint64, limited bool) {
	left, limit := readLimits(system).memory(system)
	return left - min(left, leastMemory), limit != ""
}

// userThreads counts the threads of all processes of this user. ok is false if the count is not limited, as for root,
// or not known.
func userThreads(system fs.FS) (threads int, ok bool) {
	user, _, _ := strings.Cut(readStatus(system, "proc/self/status")["Uid"], "\t") // the real one
	entries, err := fs.ReadDir(system, "proc")
	if user == "" || user == "0" || err != nil {
		return 0, false
	}
	for _, e := range entries {
		if _, err := strconv.Atoi(e.Name()); err != nil {
			continue
		}
		status := readStatus(system, "proc/"+e.Name()+"/status")
		if owner, _, _ := strings.Cut(status["Uid"], "\t"); owner == user {
			n, _ := strconv.Atoi(status["Threads"])
			threads += n
		}
	}
	return threads, true
}

// readStatus returns the fields of a file such as /proc/self/status (proc(5)).
func readStatus(system fs.FS, name string) map[string]string {
	text, _ := fs.ReadFile(system, name) // empty if the process is gone or cannot be looked at
	fields := map[string]string{}
	for line := range strings.Lines(string(text)) {
		name, value, _ := strings.Cut(line, ":")
		fields[name] = strings.TrimSpace(value)
	}
	return fields
}
