package process

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"runtime"
	"strconv"
	"sync/atomic"
)

// BusyFlag makes this program call KeepBusy and do nothing else. After it comes the number of a CPU, or -1 for any.
// StartBusy starts the program with it.
const BusyFlag = "--keep-busy"

// StartBusy starts a process that keeps a CPU busy (-1: any). The process is busy when StartBusy returns. It ends with
// stop, with ctx or with this process, whichever comes first.
func StartBusy(ctx context.Context, cpu int) (stop func() error, err error) {
	self, err := os.Executable()
	if err != nil {
		return nil, err
	}
	cmd := exec.CommandContext(ctx, self, BusyFlag, strconv.Itoa(cpu))
	stdin, err := cmd.StdinPipe()
	if err != nil {
		return nil, err
	}
	stdout, err := cmd.StdoutPipe()
	if err != nil {
		return nil, err
	}
	if err := cmd.Start(); err != nil {
		return nil, err
	}
	stop = func() error {
		err := stdin.Close()
		return errors.Join(err, cmd.Wait())
	}
	if _, err := io.ReadFull(stdout, make([]byte, 1)); err != nil {
		return nil, errors.Join(errors.New("the process that is to keep a CPU busy did not start"), stop())
	}
	return stop, nil
}

// KeepBusy keeps the CPU busy until stdin ends, which happens whenever and however the parent process ends.
func KeepBusy(cpu string, stdin io.Reader, stdout io.Writer) error {
	number, err := strconv.Atoi(cpu)
	if err != nil {
		return fmt.Errorf("%s: wanted a number, found %q", BusyFlag, cpu)
	}
	runtime.LockOSThread()
	if number >= 0 {
		if err := pin(number); err != nil {
			return err
		}
	}
	var over atomic.Bool
	go func() {
		_, _ = io.Copy(io.Discard, stdin) // only its end matters
		over.Store(true)
	}()
	if _, err := stdout.Write([]byte{'\n'}); err != nil {
		return err
	}
	for !over.Load() {
	}
	return nil
}
