package cmd_test

import (
	"context"
	"fmt"
	"os"
	"strings"
	"testing"

	"dnn/cmd"
	"dnn/internal/lockfile"
)

// TestTwoRunsOneOutput checks that the second of two runs with the same output is refused at once, whatever name it
// uses for the output.
func TestTwoRunsOneOutput(t *testing.T) {
	t.Chdir(t.TempDir())
	var table strings.Builder
	table.WriteString("x,kind\n")
	for i := range 20 {
		fmt.Fprintf(&table, "%d.5,%c\n", i, 'a'+i%2)
	}
	if err := os.WriteFile("t.csv", []byte(table.String()), 0o600); err != nil {
		t.Fatal(err)
	}
	unlock, err := lockfile.Lock(lockfile.PathFor("m"))
	if err != nil {
		t.Fatal(err)
	}
	args := []string{"train", "--quiet", "--set", "dataset={csv: t.csv, target: kind}", "--layers", "4",
		"--epochs", "1"}
	for _, output := range []string{"m.bin", "m", "./m.bin"} {
		s, _, stderr := system(nil)
		status := cmd.Run(context.Background(), s, append(args, "-o", output))
		wanted := fmt.Sprintf("dnn: %s: another run is writing it: process %d on ", output, os.Getpid())
		if status != 8 || !strings.HasPrefix(stderr.String(), wanted) {
			t.Errorf("-o %s: exit status %d, wanted 8; printed %q, wanted %q", output, status, stderr, wanted)
		}
	}
	runDNN(t, nil, append(args, "-o", "other.bin")...)
	s, _, stderr := system(nil)
	status := cmd.Run(context.Background(), s, []string{"merge", "other.bin", "-o", "m.bin"})
	if wanted := "dnn: m.bin: another run is writing it: "; status != 8 || !strings.HasPrefix(stderr.String(), wanted) {
		t.Errorf("merge: exit status %d, wanted 8; printed %q, wanted %q", status, stderr, wanted)
	}
	unlock()
	runDNN(t, nil, append(args, "-o", "m.bin")...)
	runDNN(t, nil, "merge", "other.bin", "-o", "m.bin")
}
