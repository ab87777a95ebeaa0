package machine

import (
	"testing"
	"testing/fstest"
)

func TestAvailableMemory(t *testing.T) {
	const meminfo = "MemTotal:       2000 kB\nMemFree:         100 kB\nMemAvailable:   1000 kB\n"
	file := func(text string) *fstest.MapFile { return &fstest.MapFile{Data: []byte(text)} }
	tests := map[string]struct {
		system fstest.MapFS
		want   uint64
		ok     bool
	}{
		"not Linux":      {fstest.MapFS{}, 0, false},
		"no group":       {fstest.MapFS{"proc/meminfo": file(meminfo)}, 1000 << 10, true},
		"old kernel":     {fstest.MapFS{"proc/meminfo": file("MemTotal: 2000 kB\n")}, 0, false},
		"damaged number": {fstest.MapFS{"proc/meminfo": file("MemAvailable: many kB\n")}, 0, false},
		"group without limit": {fstest.MapFS{
			"proc/meminfo": file(meminfo), "proc/self/cgroup": file("0::/a\n"),
			"sys/fs/cgroup/a/memory.max": file("max\n"), "sys/fs/cgroup/a/memory.current": file("5\n"),
		}, 1000 << 10, true},
		"group with a lower limit": {fstest.MapFS{
			"proc/meminfo": file(meminfo), "proc/self/cgroup": file("3:cpu:/b\n0::/a\n"),
			"sys/fs/cgroup/a/memory.max": file("600000\n"), "sys/fs/cgroup/a/memory.current": file("100000\n"),
		}, 500000, true},
		"group over its limit": {fstest.MapFS{
			"proc/meminfo": file(meminfo), "proc/self/cgroup": file("0::/\n"),
			"sys/fs/cgroup/memory.max": file("6\n"), "sys/fs/cgroup/memory.current": file("7\n"),
		}, 0, true},
		"group with a higher limit": {fstest.MapFS{
			"proc/meminfo": file(meminfo), "proc/self/cgroup": file("0::/\n"),
			"sys/fs/cgroup/memory.max": file("60000000\n"), "sys/fs/cgroup/memory.current": file("7\n"),
		}, 1000 << 10, true},
		"group above with the least": {fstest.MapFS{
			"proc/meminfo": file(meminfo), "proc/self/cgroup": file("0::/a/b/c\n"),
			"sys/fs/cgroup/a/memory.max": file("500000\n"), "sys/fs/cgroup/a/memory.current": file("300000\n"),
			"sys/fs/cgroup/a/b/memory.max": file("600000\n"), "sys/fs/cgroup/a/b/memory.current": file("100000\n"),
			"sys/fs/cgroup/a/b/c/memory.max": file("max\n"), "sys/fs/cgroup/a/b/c/memory.current": file("1\n"),
		}, 200000, true},
		"container of version 2": {fstest.MapFS{
			"proc/meminfo": file(meminfo), "proc/self/cgroup": file("0::/docker/1234\n"),
			"sys/fs/cgroup/memory.max": file("600000\n"), "sys/fs/cgroup/memory.current": file("100000\n"),
		}, 500000, true},
		"version 1": {fstest.MapFS{
			"proc/meminfo": file(meminfo), "proc/self/cgroup": file(
				"4:cpu,cpuacct:/b\n3:memory:/a\n1:name=systemd:/\n0::/\n"),
			"sys/fs/cgroup/memory/a/memory.limit_in_bytes": file("600000\n"),
			"sys/fs/cgroup/memory/a/memory.usage_in_bytes": file("100000\n"),
			"sys/fs/cgroup/memory/memory.limit_in_bytes":   file("9223372036854771712\n"),
			"sys/fs/cgroup/memory/memory.usage_in_bytes":   file("7\n"),
		}, 500000, true},
		"version 1 without limit": {fstest.MapFS{
			"proc/self/cgroup": file("3:memory:/a\n"),
			"sys/fs/cgroup/memory/a/memory.limit_in_bytes": file("9223372036854771712\n"),
			"sys/fs/cgroup/memory/a/memory.usage_in_bytes": file("7\n"),
		}, 0, false},
		"container of version 1": {fstest.MapFS{
			"proc/meminfo": file(meminfo), "proc/self/cgroup": file("3:cpu,memory:/docker/1234\n"),
			"sys/fs/cgroup/memory/memory.limit_in_bytes": file("600000\n"),
			"sys/fs/cgroup/memory/memory.usage_in_bytes": file("100000\n"),
		}, 500000, true},
		"group outside of what is seen": {fstest.MapFS{
			"proc/meminfo": file(meminfo), "proc/self/cgroup": file("0::/../x\n"),
			"sys/fs/cgroup/memory.max": file("600000\n"), "sys/fs/cgroup/memory.current": file("100000\n"),
		}, 500000, true},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			if got, ok := AvailableMemory(test.system); got != test.want || ok != test.ok {
				t.Errorf("got %d, %v, want %d, %v", got, ok, test.want, test.ok)
			}
		})
	}
}
