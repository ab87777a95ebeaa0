package cmd_test

import (
	"bytes"
	"context"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
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

// TestResources checks that a network that does not fit into memory is refused before it is allocated, and that the weights
// of the best epoch are part of what it needs: 4 bytes each.
func TestResources(t *testing.T) {
	wanted := regexp.MustCompile(`^dnn: [a-z.]*:?.*layers: training needs about ([0-9.]+) GB of memory, there are 1\.0 GB
hint: use fewer units or a smaller batch_size
$`)
	var needed []float64
	for _, lines := range []string{"", "early_stopping: {monitor: val_loss, patience: 2, restore_best_weights: true}\n"} {
		path := filepath.Join(t.TempDir(), "large.yaml")
		if err := os.WriteFile(path, []byte("layers: [100000, 100000]\n"+lines), 0o600); err != nil {
			t.Fatal(err)
		}
		s, stdout, stderr := system(nil)
		s.Memory = func() (uint64, bool) { return 1e9, true }
		if status := cmd.Run(context.Background(), s, []string{"train", "--config", path}); status != 7 {
			t.Errorf("exit status %d, wanted 7", status)
		}
		found := wanted.FindStringSubmatch(stderr.String())
		if found == nil || stdout.Len() != 0 {
			t.Fatalf("printed %q and %q, wanted nothing and %v", stdout, stderr, wanted)
		}
		gigabytes, err := strconv.ParseFloat(found[1], 64)
		if err != nil {
			t.Fatal(err)
		}
		needed = append(needed, gigabytes)
	}
	if more := needed[1] - needed[0]; more < 40 || more > 41 { // 784 x 100,000 and 100,000 x 100,000 weights, and few others
		t.Errorf("wanted 40.3 GB more, found %v", more)
	}
}
