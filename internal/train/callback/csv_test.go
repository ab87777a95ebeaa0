package callback

import (
	"os"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
	"testing"

	"dnn/internal/fault"
	"dnn/internal/history"
	"dnn/internal/train"
)

func read(t *testing.T, path string) string {
	t.Helper()
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return string(data)
}

func TestCSV(t *testing.T) {
	const header = "epoch,epoch_s,loss,accuracy,val_loss,val_accuracy,learning_rate\n"
	path := filepath.Join(t.TempDir(), "history.csv")
	const earlier = "of an earlier run"
	if err := os.WriteFile(path, []byte(earlier), 0o600); err != nil {
		t.Fatal(err)
	}
	file := NewCSV(path)
	c := file.Callback()
	if err := c.TrainBegin(train.Plan{}); err != nil {
		t.Fatal(err)
	}
	if got := read(t, path); got != earlier { // a run that ends in its first epoch keeps the older file
		t.Errorf("at first: wanted %q, found %q", earlier, got)
	}
	want := header
	for _, e := range []struct {
		epoch history.Epoch
		line  string
	}{
		{
			history.Epoch{
				Epoch: 1, Seconds: 0.0625, Loss: float64(float32(0.3)), Accuracy: 0.5, LearningRate: 0.001,
				Validated: true, ValLoss: 1e-7, ValAccuracy: 1,
			},
			"1,0.0625,0.30000001192092896,0.5,1e-07,1,0.001\n",
		},
		{history.Epoch{Epoch: 2, Seconds: 12, Loss: 0.25, Accuracy: 0, LearningRate: 0.0005}, // without validation
			"2,12,0.25,0,,,0.0005\n"},
		{history.Epoch{Epoch: 3, Validated: true}, // a validation that gave 0
			"3,0,0,0,0,0,0\n"},
	} {
		if err := c.EpochEnd(e.epoch); err != nil {
			t.Fatal(err)
		}
		want += e.line
		if got := read(t, path); got != earlier { // it belongs to the older model
			t.Errorf("after epoch %d: wanted the older file unchanged, found %q", e.epoch.Epoch, got)
		}
		if got := read(t, path+".part"); got != want { // each line is written at once
			t.Errorf("after epoch %d: wanted\n%sfound\n%s", e.epoch.Epoch, want, got)
		}
	}
	if err := c.TrainEnd(); err != nil {
		t.Fatal(err)
	}
	if err := file.Commit(); err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(path + ".part"); err == nil {
		t.Error("wanted no .part file after Commit, found one")
	}
	if got := read(t, path); got != want {
		t.Errorf("in the end: wanted\n%sfound\n%s", want, got)
	}
	if info, err := os.Stat(path); err != nil || info.Mode() != 0o600 && runtime.GOOS != "windows" {
		t.Errorf("wanted the permissions of the older file, found %v, %v", info, err)
	}
}

func TestCSVOfARun(t *testing.T) {
	path := filepath.Join(t.TempDir(), "history.csv")
	r, _ := testRun(t, 12, 5, 3)
	r.Callbacks = []train.Callback{NewCSV(path).Callback()}
	history, err := r.Do(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	lines := strings.Split(strings.TrimSpace(read(t, path)), "\n")
	if len(lines) != 4 {
		t.Fatalf("wanted a header and 3 lines, found %d lines", len(lines))
	}
	for i, e := range history {
		fields := strings.Split(lines[i+1], ",")
		if fields[2] != strconv.FormatFloat(e.Loss, 'g', -1, 64) || fields[4] != "" {
			t.Errorf("wanted the line of %+v, found %q", e, lines[i+1])
		}
	}
}

func TestCSVUnwritable(t *testing.T) {
	path := filepath.Join(t.TempDir(), "no folder", "history.csv")
	r, spy := testRun(t, 12, 5, 3)
	r.Callbacks = []train.Callback{NewCSV(path).Callback()}
	_, err := r.Do(t.Context())
	wanted := path + ": cannot write: there is no folder " + filepath.Dir(path)
	if fault.KindOf(err) != fault.Write || err.Error() != wanted {
		t.Errorf("wanted %s, found %v of kind %d", wanted, err, fault.KindOf(err))
	}
	if len(spy.rates) != 0 {
		t.Errorf("wanted an error before the first step, found %d steps", len(spy.rates))
	}
}

func TestCSVOnAFullDisk(t *testing.T) {
	if runtime.GOOS != "linux" {
		t.Skip("needs /dev/full")
	}
	err := NewCSV("/dev/full").Callback().EpochEnd(history.Epoch{})
	if fault.KindOf(err) != fault.Write || err.Error() != "/dev/full: cannot write: no space left on device" {
		t.Errorf("wanted an error of kind %d, found %v of kind %d", fault.Write, err, fault.KindOf(err))
	}
}
