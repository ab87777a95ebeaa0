package machine

import (
	"io/fs"
	"math"
	"strconv"
	"strings"

	"dnn/internal/fault"
)

// A process has limits of its own (ulimit of a shell, getrlimit(2)). Where it runs into one of them, the Go runtime mostly ends it
// with a trace of all goroutines, and there is no error to handle. So they are looked at beforehand.

// What the program needs to be able to say what it does not have enough of.
const (
	leastMemory  = 256 << 20 // address space for the runtime's own bookkeeping, stacks and the smallest data sets
	leastFiles   = 12
	leastThreads = 6 // besides those that compute

	// fewProcesses is up to which limit the threads of a user are counted: it takes long on a machine with many.
	fewProcesses = 1024
)

// CheckLimits is the fault of a process whose limits leave too little to run in with that many threads, or nil. The runtime may have
// failed before, which nothing can be done about. system is the root of the file system; outside Linux nothing is known.
func CheckLimits(system fs.FS, threads int) error {
	if left := spareFiles(leastFiles); left < leastFiles {
		return tooLow("n", "open files", leastFiles, float64(left))
	}
	limits := readLimits(system)
	if left, limit := limits.memory(system); limit != "" && left < leastMemory {
		return fault.New(fault.Resources, limit, "wanted %d MB of memory more than is in use, found %d MB", leastMemory>>20, left>>20)
	}
	if most := limits["Max processes"]; most <= fewProcesses {
		if used, ok := userThreads(system); ok && most-float64(used) < float64(threads+leastThreads) {
			return tooLow("u", "threads", threads+leastThreads, most-float64(used))
		}
	}
	return nil
}

func tooLow(ulimit, what string, wanted int, left float64) error {
	return fault.New(fault.Resources, "ulimit -"+ulimit, "wanted room for %d more %s, found %.0f", wanted, what, max(left, 0))
}

// limits are a process's soft limits by their names in /proc/self/limits; infinite where there is none.
type limits map[string]float64

func readLimits(system fs.FS) limits {
	l := limits{}
	for _, name := range []string{"Max processes", "Max address space", "Max data size"} {
		l[name] = math.Inf(1)
	}
	text, _ := fs.ReadFile(system, "proc/self/limits") // or nothing is known
	for line := range strings.Lines(string(text)) {    // Max processes             96365                96365                processes
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

// memory returns how many bytes the limits of the address space and of the data in it leave: the least of them, and which one that is;
// "" if there is none.
func (l limits) memory(system fs.FS) (left uint64, limit string) {
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

// limitMemory returns what the limits leave to allocate.
func limitMemory(system fs.FS) (left uint64, limited bool) {
	left, limit := readLimits(system).memory(system)
	return left - min(left, leastMemory), limit != ""
}

// userThreads counts the threads of all processes of this one's user. ok is false where no limit of them holds, as for root.
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

// readStatus returns the fields of a file like /proc/self/status (proc(5)).
func readStatus(system fs.FS, name string) map[string]string {
	text, _ := fs.ReadFile(system, name) // of a process that is gone, or that is not to be looked at: nothing
	fields := map[string]string{}
	for line := range strings.Lines(string(text)) {
		name, value, _ := strings.Cut(line, ":")
		fields[name] = strings.TrimSpace(value)
	}
	return fields
}
