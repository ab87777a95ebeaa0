package cmd_test

import (
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"dnn/cmd"
	"dnn/internal/fault"
)

// trainIris trains a small model and returns its path and that of its data.
func trainIris(t *testing.T) (model, data string) {
	t.Helper()
	data, err := filepath.Abs("../configs/iris.csv")
	if err != nil {
		t.Fatal(err)
	}
	model = filepath.Join(t.TempDir(), "m.bin")
	runDNN(t, nil, "train", "--quiet", "--layers", "4", "--epochs", "1", "--set",
		"dataset={csv: "+data+", target: species}", "-o", model)
	return model, data
}

// TestEvalStopped checks that after a signal, eval ends with the status of the signal, without a result or a report.
func TestEvalStopped(t *testing.T) {
	model, _ := trainIris(t)
	page := filepath.Join(t.TempDir(), "page.html")
	for _, kind := range []fault.Kind{fault.Interrupted, fault.Terminated} {
		ctx, cancel := context.WithCancelCause(context.Background())
		cancel(fault.New(kind, "", "stopped by the test"))
		s, stdout, stderr := system(nil)
		if status := cmd.Run(ctx, s, []string{"eval", model, "--report", page}); status != int(kind) {
			t.Errorf("exit status %d, wanted %d: %s", status, kind, stderr)
		}
		if stdout.Len() > 0 {
			t.Errorf("it printed %s", stdout)
		}
		if _, err := os.Stat(page); err == nil {
			t.Error("it wrote the report")
		}
	}
}

// TestEvalSaysWhatWasTested checks that eval tests all rows of a file, except of the file of the training: there it
// tests the rows that were held out.
func TestEvalSaysWhatWasTested(t *testing.T) {
	model, data := trainIris(t)
	content, err := os.ReadFile(data)
	if err != nil {
		t.Fatal(err)
	}
	other := filepath.Join(t.TempDir(), "other.csv")
	if err := os.WriteFile(other, append(content, '\n'), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		args []string
		want string // on standard error
	}{
		{[]string{"eval", model}, ""},
		{[]string{"eval", model, "--data", other, "--json"}, ""},
		{[]string{"eval", model, "--data", other}, "tested all 100 rows of " + other + "\n"},
		{[]string{"eval", model, "--data", data}, "tested 20 of 100 rows of " + data +
			": the test split of the training (the file is the one that the model was trained on)\n"},
		{[]string{"eval", model, "--data", data, "--split", "validation"},
			"tested 16 of 100 rows of " + data + ": the validation split"},
	} {
		s, _, stderr := system(nil)
		status := cmd.Run(context.Background(), s, c.args)
		if got := stderr.String(); status != 0 || !strings.HasPrefix(got, c.want) || c.want == "" && got != "" {
			t.Errorf("%v: exit status %d, %q, wanted %q", c.args, status, got, c.want)
		}
	}
}
