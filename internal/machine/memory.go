// Package machine tells what the machine leaves to the program: memory, and the limits of the process.
package machine

import (
	"bufio"
	"io/fs"
	"path"
	"slices"
	"strconv"
	"strings"
)

// AvailableMemory returns how many bytes the program can still allocate before the system would swap or kill it. It is
// the least of the kernel's estimate (MemAvailable of /proc/meminfo, proc(5)), what the limits of its control groups
// leave, and what its own limits leave. system is the root of the file system. ok is false if it cannot be known, as
// outside Linux.
func AvailableMemory(system fs.FS) (bytes uint64, ok bool) { return readLimits().available(system) }

func (l limits) available(system fs.FS) (bytes uint64, ok bool) {
	bytes, ok = memAvailable(system)
	for _, limit := range []func(fs.FS) (uint64, bool){groupMemory, l.limitMemory} {
		if left, limited := limit(system); limited && (!ok || left < bytes) {
			bytes, ok = left, true
		}
	}
	return bytes, ok
}

// memAvailable returns the kernel's estimate.
func memAvailable(system fs.FS) (bytes uint64, ok bool) {
	f, err := system.Open("proc/meminfo")
	if err != nil {
		return 0, false
	}
	defer func() { _ = f.Close() }() // it was only read
	for lines := bufio.NewScanner(f); lines.Scan(); {
		fields := strings.Fields(lines.Text()) // MemAvailable: 23456 kB
		if len(fields) == 3 && fields[0] == "MemAvailable:" && fields[2] == "kB" {
			kilobytes, err := strconv.ParseUint(fields[1], 10, 54)
			return kilobytes << 10, err == nil
		}
	}
	return 0, false
}

// groupMemory returns what the limits of the process's control group, and of the groups above it, leave: the least of
// them.
func groupMemory(system fs.FS) (left uint64, limited bool) {
	text, err := fs.ReadFile(system, "proc/self/cgroup")
	if err != nil {
		return 0, false
	}
	for line := range strings.Lines(string(text)) {
		fields := strings.SplitN(strings.TrimSpace(line), ":", 3) // number, controllers, group
		if len(fields) != 3 {
			continue
		}
		h := hierarchy{"sys/fs/cgroup", "memory.max", "memory.current"} // version 2
		switch {
		case fields[0] == "0" && fields[1] == "":
		case slices.Contains(strings.Split(fields[1], ","), "memory"):
			h = hierarchy{"sys/fs/cgroup/memory", "memory.limit_in_bytes", "memory.usage_in_bytes"} // version 1
		default:
			continue
		}
		if l, ok := h.left(system, fields[2]); ok && (!limited || l < left) {
			left, limited = l, true
		}
	}
	return left, limited
}

// hierarchy is a tree of control groups: where it is mounted, and the names of the files that hold the limit of a group
// and its use.
type hierarchy struct{ mount, limit, usage string }

// noGroupLimit is the least limit of a group that means no limit: version 1 writes the largest number of whole pages then.
const noGroupLimit = 1 << 62

// left returns the least of what the limits of a group, and of those above it, leave. The root of the mount is looked
// at last: in a container, it may be the group itself, whose path is that of the host and does not exist there.
func (h hierarchy) left(system fs.FS, group string) (left uint64, limited bool) {
	for at := path.Join("/", group); ; at = path.Dir(at) {
		folder := path.Join(h.mount, at)
		limit, lok := readNumber(system, path.Join(folder, h.limit)) // not ok: "max", no limit
		used, uok := readNumber(system, path.Join(folder, h.usage))
		if l := limit - min(used, limit); lok && uok && limit < noGroupLimit && (!limited || l < left) {
			left, limited = l, true
		}
		if at == "/" {
			return left, limited
		}
	}
}

// readNumber reads a file that holds one number.
func readNumber(system fs.FS, name string) (uint64, bool) {
	text, err := fs.ReadFile(system, name)
	if err != nil {
		return 0, false
	}
	n, err := strconv.ParseUint(strings.TrimSpace(string(text)), 10, 64)
	return n, err == nil
}
