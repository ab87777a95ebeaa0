package machine

import (
	"fmt"
	"testing"
	"testing/fstest"

	"dnn/internal/fault"
)

// process returns what a system says about this process, whose user is 1000, and about others.
func process(others fstest.MapFS) fstest.MapFS {
	const status = "Name:\tdnn\nUid:\t1000\t1000\t1000\t1000\nVmSize:\t 1000000 kB\nVmData:\t  100000 kB\nThreads:\t5\n"
	system := fstest.MapFS{"proc/self/status": {Data: []byte(status)}, "proc/77/status": {Data: []byte(status)}}
	for name, file := range others {
		system[name] = file
	}
	return system
}

func status(user string, threads int) *fstest.MapFile {
	return &fstest.MapFile{Data: fmt.Appendf(nil, "Uid:\t%s\t0\t0\t0\nThreads:\t%d\n", user, threads)}
}

func TestCheckLimits(t *testing.T) {
	const none = noLimit
	for name, c := range map[string]struct {
		limits limits
		system fstest.MapFS
		want   string // empty: no error
	}{
		"not Linux": {limits{none, none, none}, fstest.MapFS{}, ""},
		"no limits": {limits{none, none, none}, process(nil), ""},
		"enough":    {limits{2e9, 1e9, 100}, process(nil), ""},
		"address space": {limits{1044e6, none, none}, process(nil),
			"ulimit -v: wanted room for 256 MB more memory, found 19 MB"},
		"more address space in use than allowed": {limits{1000, none, none}, process(nil),
			"ulimit -v: wanted room for 256 MB more memory, found 0 MB"},
		"data": {limits{9e9, 200e6, none}, process(nil),
			"ulimit -d: wanted room for 256 MB more memory, found 93 MB"},
		"threads": {limits{none, none, 12}, process(nil), "ulimit -u: wanted room for 8 more threads, found 7"},
		"threads of other processes": {limits{none, none, 100}, process(fstest.MapFS{"proc/78/status": status("1000", 90)}),
			"ulimit -u: wanted room for 8 more threads, found 5"},
		"threads of other users": {limits{none, none, 100}, process(fstest.MapFS{"proc/78/status": status("1001", 90)}), ""},
		"threads of root":        {limits{none, none, 1}, process(fstest.MapFS{"proc/self/status": status("0", 90)}), ""},
	} {
		err := c.limits.check(c.system, 2)
		if c.want == "" && err != nil || c.want != "" &&
			(err == nil || err.Error() != c.want || fault.KindOf(err) != fault.Resources) {
			t.Errorf("%s: %v, want %q", name, err, c.want)
		}
	}
}

// Memory is what the limits leave, less what the program needs before it allocates a network.
func TestAvailableMemoryUnderLimits(t *testing.T) {
	meminfo := &fstest.MapFile{Data: []byte("MemAvailable: 3000000 kB\n")}
	for name, c := range map[string]struct {
		addresses, data uint64
		want            uint64
	}{
		"none":          {noLimit, noLimit, 3000000 << 10},
		"higher":        {9000000000, 9000000000, 3000000 << 10},
		"address space": {2000000000, 9000000000, 2000000000 - 1000000<<10 - leastMemory},
		"data":          {9000000000, 1000000000, 1000000000 - 100000<<10 - leastMemory},
		"next to none":  {1030000000, noLimit, 0},
	} {
		got, ok := limits{c.addresses, c.data, noLimit}.available(process(fstest.MapFS{"proc/meminfo": meminfo}))
		if got != c.want || !ok {
			t.Errorf("%s: %d, %t, want %d", name, got, ok, c.want)
		}
	}
}

// The files that spareFiles opens are closed again.
func TestSpareFiles(t *testing.T) {
	for range 10_000 {
		if n := spareFiles(leastFiles); n != leastFiles {
			t.Fatalf("%d files can be opened", n)
		}
	}
}
