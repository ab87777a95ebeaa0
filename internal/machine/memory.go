// Package machine answers questions about the machine that the program runs on.
package machine

import (
	"bufio"
	"io/fs"
	"path"
	"slices"
	"strconv"
	"strings"
)

// AvailableMemory returns how many bytes the program may still allocate before the system would have to swap or to end it:
// the kernel's estimate (MemAvailable of /proc/meminfo, proc(5)), or what the limits of its control groups and its own leave
// where that is less. system is the root of the file system. ok is false where it cannot be known, as outside Linux.
func AvailableMemory(system fs.FS) (bytes uint64, ok bool) {
	bytes, ok = memAvailable(system)
	for _, limit := range []func(fs.FS) (uint64, bool){groupMemory, limitMemory} {
		if left, limited := limit(system); limited && (!ok || left < bytes) {
			bytes, ok = left, true
		}
	}
	return bytes, ok
}

func memAvailable(system fs.FS) (bytes uint64, ok bool) {
	f, err := system.Open("proc/meminfo")
	if err != nil {
		return 0, false
	}
	defer func() { _ = f.Close() }() // read only
	for lines := bufio.NewScanner(f); lines.Scan(); {
		fields := strings.Fields(lines.Text()) // MemAvailable: 23456 kB
		if len(fields) == 3 && fields[0] == "MemAvailable:" && fields[2] == "kB" {
			kilobytes, err := strconv.ParseUint(fields[1], 10, 54)
			return kilobytes << 10, err == nil
		}
	}
	return 0, false
}

// groupMemory returns what the limits of the process's control group and of the groups above it leave: the least of them.
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

// hierarchy is a tree of control groups: where it is mounted, and the files with a group's limit and what it uses.
type hierarchy struct{ mount, limit, usage string }

// noLimit and more is how version 1 says that there is no limit: the largest number of whole pages.
const noLimit = 1 << 62

// left returns the least of what the limits of a group and of those above it leave. The last is the root of the mount: in a
// container it may be the group itself, whose path is then the one outside and not to be found.
func (h hierarchy) left(system fs.FS, group string) (left uint64, limited bool) {
	for at := path.Join("/", group); ; at = path.Dir(at) {
		folder := path.Join(h.mount, at)
		limit, lok := number(system, path.Join(folder, h.limit)) // "max": no limit
		used, uok := number(system, path.Join(folder, h.usage))
		if l := limit - min(used, limit); lok && uok && limit < noLimit && (!limited || l < left) {
			left, limited = l, true
		}
		if at == "/" {
			return left, limited
		}
	}
}

func number(system fs.FS, name string) (uint64, bool) {
	text, err := fs.ReadFile(system, name)
	if err != nil {
		return 0, false
	}
	n, err := strconv.ParseUint(strings.TrimSpace(string(text)), 10, 64)
	return n, err == nil
}
