package machine

import (
	"fmt"
	"testing"
	"testing/fstest"

	"dnn/internal/fault"
)

// process returns what a system says about this process, whose user is 1000, and about others.
func process(addresses, data, processes string, others fstest.MapFS) fstest.MapFS {
	const status = "Name:\tdnn\nUid:\t1000\t1000\t1000\t1000\nVmSize:\t 1000000 kB\nVmData:\t  100000 kB\nThreads:\t5\n"
	limits := "Limit                     Soft Limit           Hard Limit           Units     \n"
	for _, l := range [][3]string{{"Max processes", processes, "processes"}, {"Max address space", addresses, "bytes"},
		{"Max data size", data, "bytes"}} {
		limits += fmt.Sprintf("%-25s %-20s %-20s %-10s\n", l[0], l[1], "unlimited", l[2])
	}
	system := fstest.MapFS{"proc/self/status": {Data: []byte(status)}, "proc/self/limits": {Data: []byte(limits)},
		"proc/77/status": {Data: []byte(status)}}
	for name, file := range others {
		system[name] = file
	}
	return system
}

func status(user string, threads int) *fstest.MapFile {
	return &fstest.MapFile{Data: fmt.Appendf(nil, "Uid:\t%s\t0\t0\t0\nThreads:\t%d\n", user, threads)}
}

func TestCheckLimits(t *testing.T) {
	const none = "unlimited"
	for name, c := range map[string]struct {
		system fstest.MapFS
		want   string // empty: no error
	}{
		"not Linux": {fstest.MapFS{}, ""},
		"no limits": {process(none, none, none, nil), ""},
		"enough":    {process("2000000000", "1000000000", "100", nil), ""},
		"address space": {process("1044000000", none, none, nil),
			"ulimit -v: wanted room for 256 MB more memory, found 19 MB"},
		"more address space in use than allowed": {process("1000", none, none, nil),
			"ulimit -v: wanted room for 256 MB more memory, found 0 MB"},
		"data": {process("9000000000", "200000000", none, nil),
			"ulimit -d: wanted room for 256 MB more memory, found 93 MB"},
		"threads": {process(none, none, "12", nil), "ulimit -u: wanted room for 8 more threads, found 7"},
		"threads of other processes": {process(none, none, "100", fstest.MapFS{"proc/78/status": status("1000", 90)}),
			"ulimit -u: wanted room for 8 more threads, found 5"},
		"threads of other users": {process(none, none, "100", fstest.MapFS{"proc/78/status": status("1001", 90)}), ""},
		"threads of root":        {process(none, none, "1", fstest.MapFS{"proc/self/status": status("0", 90)}), ""},
	} {
		err := CheckLimits(c.system, 2)
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
		addresses, data string
		want            uint64
	}{
		"none":          {"unlimited", "unlimited", 3000000 << 10},
		"higher":        {"9000000000", "9000000000", 3000000 << 10},
		"address space": {"2000000000", "9000000000", 2000000000 - 1000000<<10 - leastMemory},
		"data":          {"9000000000", "1000000000", 1000000000 - 100000<<10 - leastMemory},
		"next to none":  {"1030000000", "unlimited", 0},
	} {
		got, ok := AvailableMemory(process(c.addresses, c.data, "unlimited", fstest.MapFS{"proc/meminfo": meminfo}))
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
