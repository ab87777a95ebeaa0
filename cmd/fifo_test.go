//go:build unix

package cmd_test

import (
	"context"
	"os"
	"path/filepath"
	"syscall"
	"testing"

	"dnn/cmd"
	"dnn/internal/fault"
)

// TestStoppedAtAFIFO stops commands that wait for a writer of a FIFO.
func TestStoppedAtAFIFO(t *testing.T) {
	for _, args := range [][]string{{"train", "--config"}, {"summary", "--config"}, {"config", "show"},
		{"config", "validate"}} {
		t.Run(args[0]+" "+args[1], func(t *testing.T) {
			fifo := filepath.Join(t.TempDir(), "fifo")
			if err := syscall.Mkfifo(fifo, 0o600); err != nil {
				t.Fatal(err)
			}
			s, stdout, _ := system(nil)
			ctx, cancel := context.WithCancelCause(t.Context())
			status := make(chan int)
			go func() { status <- cmd.Run(ctx, s, append(args, fifo)) }()
			other, err := os.OpenFile(fifo, os.O_WRONLY, 0) // this waits for the command
			if err != nil {
				t.Fatal(err)
			}
			cancel(fault.New(fault.Terminated, "", "stopped by the test"))
			if got := <-status; got != int(fault.Terminated) || stdout.Len() > 0 {
				t.Errorf("exit status %d, wanted 143; printed %q", got, stdout)
			}
			if err := other.Close(); err != nil {
				t.Error(err)
			}
		})
	}
}

// TestStoppedWhileNobodyReads stops a run that writes its model into a FIFO whose reader does not read.
func TestStoppedWhileNobodyReads(t *testing.T) {
	root := needMNIST(t)
	fifo := filepath.Join(t.TempDir(), "fifo")
	if err := syscall.Mkfifo(fifo, 0o600); err != nil {
		t.Fatal(err)
	}
	s, _, stderr := system(map[string]string{"DNN_DATA_DIR": root})
	ctx, cancel := context.WithCancelCause(t.Context())
	status := make(chan int)
	args := []string{"train", "--quiet", "--epochs", "1", "-o", fifo}
	go func() { status <- cmd.Run(ctx, s, args) }()
	reader, err := os.Open(fifo) // this waits for the model, which is larger than the buffer of a pipe
	if err != nil {
		t.Fatal(err)
	}
	cancel(fault.New(fault.Terminated, "", "stopped by the test"))
	if got := <-status; got != int(fault.Terminated) {
		t.Errorf("exit status %d, wanted 143: %s", got, stderr)
	}
	if err := reader.Close(); err != nil {
		t.Error(err)
	}
}
