// Package machine answers questions about the machine that the program runs on.
package machine

import (
	"bufio"
	"io/fs"
	"path"
	"strconv"
	"strings"
)

// AvailableMemory returns how many bytes the program may still allocate before the system would have to swap or to end it:
// the kernel's estimate (MemAvailable of /proc/meminfo, proc(5)), or what the limit of the control group leaves where that
// is less. system is the root of the file system. ok is false where it cannot be known, as outside Linux.
func AvailableMemory(system fs.FS) (bytes uint64, ok bool) {
	bytes, ok = memAvailable(system)
	if left, limited := groupMemory(system); limited && (!ok || left < bytes) {
		return left, true
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

// groupMemory returns what the limit of the process's control group leaves (version 2: memory.max less memory.current).
func groupMemory(system fs.FS) (left uint64, limited bool) {
	text, err := fs.ReadFile(system, "proc/self/cgroup")
	if err != nil {
		return 0, false
	}
	for line := range strings.Lines(string(text)) {
		group, ok := strings.CutPrefix(strings.TrimSpace(line), "0::")
		if !ok {
			continue
		}
		folder := path.Join("sys/fs/cgroup", group)
		limit, lok := number(system, path.Join(folder, "memory.max")) // "max": no limit
		used, uok := number(system, path.Join(folder, "memory.current"))
		if lok && uok {
			return limit - min(used, limit), true
		}
	}
	return 0, false
}

func number(system fs.FS, name string) (uint64, bool) {
	text, err := fs.ReadFile(system, name)
	if err != nil {
		return 0, false
	}
	n, err := strconv.ParseUint(strings.TrimSpace(string(text)), 10, 64)
	return n, err == nil
}
