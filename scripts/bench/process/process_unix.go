//go:build unix

package process

import (
	"os"
	"os/exec"
	"runtime"
	"syscall"
)

// asGroup makes the program and all that it starts a group of processes, which is killed as one.
func asGroup(cmd *exec.Cmd) {
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	cmd.Cancel = func() error { return syscall.Kill(-cmd.Process.Pid, syscall.SIGKILL) }
}

// peakMiB returns the most memory that a process had resident at once. Linux includes the memory of the parent at the
// start, so this program must stay smaller than those that it measures. It does, by far.
func peakMiB(state *os.ProcessState) float64 {
	usage, ok := state.SysUsage().(*syscall.Rusage)
	if !ok {
		return 0
	}
	bytes := float64(usage.Maxrss)
	if runtime.GOOS != "darwin" { // only darwin counts in bytes
		bytes *= 1024
	}
	return bytes / (1 << 20)
}
