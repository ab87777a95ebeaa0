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
func CheckLimits(system fs.FS, threads int) error { return readLimits().check(system, threads) }

func (l limits) check(system fs.FS, threads int) error {
	if left := spareFiles(leastFiles); left < leastFiles {
		return tooLow("n", "open files", leastFiles, uint64(left))
	}
	if left, limit := l.memory(system); limit != "" && left < leastMemory {
		return fault.New(fault.Resources, limit, "wanted room for %d MB more memory, found %d MB",
			leastMemory>>20, left>>20)
	}
	if l.processes <= fewProcesses {
		if used, ok := userThreads(system); ok {
			if left := l.processes - min(used, l.processes); left < uint64(threads+leastThreads) {
				return tooLow("u", "threads", threads+leastThreads, left)
			}
		}
	}
	return nil
}

// tooLow is the error about a limit, which is named by its letter in ulimit.
func tooLow(ulimit, what string, wanted int, left uint64) error {
	return fault.New(fault.Resources, "ulimit -"+ulimit, "wanted room for %d more %s, found %d", wanted, what, left)
}

// limits are the soft limits of a process (getrlimit(2)).
type limits struct {
	addresses, data uint64 // bytes of the address space, and of the data in it
	processes       uint64 // threads of all processes of the user
}

// noLimit is the value where there is no limit.
const noLimit = math.MaxUint64 // RLIM_INFINITY

// memory returns how many bytes the limits of the address space and of the data in it leave: the least of them, and
// which limit that is; "" if there is none.
func (l limits) memory(system fs.FS) (left uint64, limit string) {
	if l.addresses == noLimit && l.data == noLimit {
		return 0, "" // as most often: what is in use need not be read
	}
	status := readStatus(system, "proc/self/status")
	for _, m := range []struct {
		limit string
		most  uint64
		used  string
	}{
		{"ulimit -v", l.addresses, "VmSize"},
		{"ulimit -d", l.data, "VmData"},
	} {
		used, err := strconv.ParseUint(strings.TrimSuffix(status[m.used], " kB"), 10, 54)
		if err == nil && m.most != noLimit {
			if here := m.most - min(used<<10, m.most); limit == "" || here < left {
				left, limit = here, m.limit
			}
		}
	}
	return left, limit
}

// limitMemory returns how much the limits leave to allocate, beyond what the program needs anyway.
func (l limits) limitMemory(system fs.FS) (left uint64, limited bool) {
	left, limit := l.memory(system)
	return left - min(left, leastMemory), limit != ""
}

// userThreads counts the threads of all processes of this user. ok is false if the count is not limited, as for root,
// or not known.
func userThreads(system fs.FS) (threads uint64, ok bool) {
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
			n, _ := strconv.ParseUint(status["Threads"], 10, 32)
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
