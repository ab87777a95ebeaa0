package cmd_test

import (
	"bytes"
	"context"
	"regexp"
	"strings"
	"testing"
	"time"

	"dnn/cmd"
	"dnn/internal/fault"
)

// system returns an outside world that has nothing but these variables, and the streams that commands print to.
func system(env map[string]string) (s *cmd.System, stdout, stderr *bytes.Buffer) {
	stdout, stderr = new(bytes.Buffer), new(bytes.Buffer)
	return &cmd.System{
		Stdin:  strings.NewReader(""),
		Stdout: stdout,
		Stderr: stderr,
		Env:    func(name string) (string, bool) { value, ok := env[name]; return value, ok },
		Now:    time.Now,
		Memory: func() (uint64, bool) { return 0, false },
	}, stdout, stderr
}

// runDNN runs dnn in this process, checks that it succeeds, and returns its standard output.
func runDNN(t *testing.T, env map[string]string, args ...string) string {
	t.Helper()
	s, stdout, stderr := system(env)
	if status := cmd.Run(context.Background(), s, args); status != 0 {
		t.Fatalf("dnn %s: exit status %d\n%s", strings.Join(args, " "), status, stderr)
	}
	return stdout.String()
}

// stopAt runs dnn and stops it at the given reading of the clock. It reports whether the run was stopped before its
// end.
func stopAt(t *testing.T, env map[string]string, reading int, args ...string) bool {
	t.Helper()
	ctx, cancel := context.WithCancelCause(context.Background())
	defer cancel(nil)
	s, _, stderr := system(env)
	readings := 0
	s.Now = func() time.Time {
		if readings++; readings == reading {
			cancel(fault.New(fault.Interrupted, "", "stopped by the test"))
		}
		return time.Now()
	}
	switch status := cmd.Run(ctx, s, args); status {
	case 0:
		return false
	case int(fault.Interrupted):
		return true
	default:
		t.Fatalf("exit status %d: %s", status, stderr)
		return false
	}
}

// TestBug checks that a bug of the program is printed in two lines, and not as a stack trace.
func TestBug(t *testing.T) {
	s, stdout, stderr := system(nil)
	s.Env = func(string) (string, bool) { panic("boom\nat line 7") }
	if status := cmd.Run(context.Background(), s, []string{"version"}); status != 70 {
		t.Errorf("exit status %d, wanted 70", status)
	}
	want := "dnn: bug in dnn: boom at line 7\n" +
		"hint: please report this line, the command and the output of dnn version to where you got dnn from\n"
	if stderr.String() != want || stdout.Len() != 0 {
		t.Errorf("printed %q and %q, wanted nothing and %q", stdout, stderr, want)
	}
}

// TestResources checks that a network that does not fit into memory is refused before it is allocated.
func TestResources(t *testing.T) {
	s, stdout, stderr := system(nil)
	s.Memory = func() (uint64, bool) { return 1e9, true }
	if status := cmd.Run(context.Background(), s, []string{"train", "--layers", "100000,100000"}); status != 7 {
		t.Errorf("exit status %d, wanted 7", status)
	}
	wanted := regexp.MustCompile(`^dnn: layers: training needs about [0-9.]+ GB of memory, there are 1\.0 GB
hint: use fewer units or a smaller batch_size
$`)
	if !wanted.MatchString(stderr.String()) || stdout.Len() != 0 {
		t.Errorf("printed %q and %q, wanted nothing and %v", stdout, stderr, wanted)
	}
}
