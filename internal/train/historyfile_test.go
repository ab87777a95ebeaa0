package train_test

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"dnn/internal/atomicfile"
	"dnn/internal/fault"
	"dnn/internal/history"
	"dnn/internal/train"
)

// newLong returns a run of many epochs that writes a checkpoint after each. One of its few callbacks stops it after an
// epoch.
func newLong(t *testing.T, folder string, epochs, stopAfter int) (w *resumable, ctx context.Context) {
	t.Helper()
	w = newResumable(t, optimizerSpecs()["adam"], folder)
	w.Epochs, w.Checkpoints.EveryEpochs = epochs, 1
	ctx, cancel := context.WithCancelCause(t.Context())
	w.Callbacks = []train.Callback{w.Callbacks[0], w.file.Callback(), {EpochEnd: func(e history.Epoch) error {
		if e.Epoch == stopAfter {
			cancel(errStopped)
		}
		return nil
	}}}
	return w, ctx
}

// stopLong runs such a run until it stops after the given epoch.
func stopLong(t *testing.T, folder string, epochs, stopAfter int, from bool) *resumable {
	t.Helper()
	w, ctx := newLong(t, folder, epochs, stopAfter)
	if from {
		w.resume(t)
	}
	if _, err := w.Do(ctx); !errors.Is(err, errStopped) {
		t.Fatalf("stopped after epoch %d: wanted %v, found %v", stopAfter, errStopped, err)
	}
	return w
}

// finishLong runs such a run to its end and returns its outcome.
func finishLong(t *testing.T, folder string, epochs int, from bool) string {
	t.Helper()
	w, ctx := newLong(t, folder, epochs, 0)
	w.Checkpoints.EveryEpochs = 10 // since each is a slow write to disk
	if from {
		w.resume(t)
	}
	history, err := w.Do(ctx)
	if err != nil {
		t.Fatal(err)
	}
	return w.outcome(t, history)
}

// The size of a checkpoint does not grow with the number of epochs before it, since those are in the history file,
// which only grows. A run that is stopped many times ends as one that was not.
func TestCheckpointsOfManyEpochs(t *testing.T) {
	t.Parallel() // most of the time is spent on writes to disk
	const epochs = 350
	want := finishLong(t, t.TempDir(), epochs, false)
	folder := t.TempDir()
	sizes := map[int]int64{}
	before := ""
	for i, at := range []int{30, 99, 100, 101, 199, 230, 299, 330} {
		w := stopLong(t, folder, epochs, at, i > 0)
		info, err := os.Stat(w.Checkpoints.File(at * resumeSteps))
		if err != nil {
			t.Fatal(err)
		}
		sizes[at%100] = max(sizes[at%100], info.Size())
		if at < 100 {
			if _, err := os.Stat(w.Checkpoints.HistoryFile()); err == nil {
				t.Errorf("after %d epochs: wanted no history file, found %s", at, w.Checkpoints.HistoryFile())
			}
			continue
		}
		lines := read(t, w.Checkpoints.HistoryFile())
		if count := strings.Count(lines, "\n"); !strings.HasPrefix(lines, before) || count != at/100*100 {
			t.Errorf("after %d epochs: wanted %d lines that begin as before, found %d", at, at/100*100, count)
		} else {
			before = lines
		}
		if at >= 200 && info.Size() > sizes[at%100]+200 {
			t.Errorf("after %d epochs: wanted a checkpoint of about %d bytes, as 100 or 200 epochs before, found %d",
				at, sizes[at%100], info.Size())
		}
	}
	if got := finishLong(t, folder, epochs, true); got != want {
		t.Errorf("stopped again and again: wanted\n%.2000s\nfound\n%.2000s", want, got)
	}
	w, _ := newLong(t, folder, epochs, 0)
	if err := w.Checkpoints.Finish(); err != nil {
		t.Fatal(err)
	}
	if left, _ := filepath.Glob(filepath.Join(folder, "model.ckpt*")); len(left) > 0 {
		t.Errorf("wanted no checkpoints at the end, found %v", left)
	}
}

// Whatever a killed run has appended to the history file after its last checkpoint is ignored.
func TestHistoryFileWithATail(t *testing.T) {
	t.Parallel() // most of the time is spent on writes to disk
	const epochs = 130
	want := finishLong(t, t.TempDir(), epochs, false)
	for _, tail := range []string{`{"epoch":101,"epo`, strings.Repeat("{}\n", 100)} {
		folder := t.TempDir()
		w := stopLong(t, folder, epochs, 110, false)
		lines := read(t, w.Checkpoints.HistoryFile())
		if err := os.WriteFile(w.Checkpoints.HistoryFile(), []byte(lines+tail), 0o600); err != nil {
			t.Fatal(err)
		}
		if got := finishLong(t, folder, epochs, true); got != want {
			t.Errorf("with %.20q: wanted\n%.2000s\nfound\n%.2000s", tail, want, got)
		}
		if got := read(t, w.Checkpoints.HistoryFile()); got != lines {
			t.Errorf("with %.20q: wanted the tail removed, found %.300q", tail, got)
		}
	}
}

// A history file that is damaged or missing is an error.
func TestDamagedHistoryFile(t *testing.T) {
	t.Parallel() // most of the time is spent on writes to disk
	for name, c := range map[string]struct {
		change func(string) string
		want   string
	}{
		"changed": {
			func(s string) string { return strings.Replace(s, `"loss":`, `"loss": `, 1) }, "wanted the SHA-256 ",
		},
		"short":   {func(s string) string { return s[:len(s)/2] }, "wanted %d bytes or more, found %d"},
		"missing": {nil, "no such file or directory"},
	} {
		folder := t.TempDir()
		w := stopLong(t, folder, 130, 105, false)
		path := w.Checkpoints.HistoryFile()
		text, want := read(t, path), c.want
		if err := os.Remove(path); err != nil {
			t.Fatal(err)
		}
		if c.change != nil {
			if err := os.WriteFile(path, []byte(c.change(text)), 0o600); err != nil {
				t.Fatal(err)
			}
		}
		if strings.Contains(want, "%") {
			want = fmt.Sprintf(want, len(text), len(text)/2)
		}
		_, _, err := w.Checkpoints.Latest()
		file := w.Checkpoints.File(105 * resumeSteps)
		want = fmt.Sprintf("%s: no checkpoint can be used: %s: its first 100 epochs are not in %s: %s",
			file, file, path, want)
		if fault.KindOf(err) != fault.Data || !strings.HasPrefix(err.Error(), want) {
			t.Errorf("%s: wanted %q, found %v", name, want, err)
		}
	}
}

// The checkpoint before the last relies on fewer lines of the history file. It is used if the last one is damaged.
func TestHistoryFileOfTheCheckpointBefore(t *testing.T) {
	t.Parallel() // most of the time is spent on writes to disk
	const epochs = 210
	want := finishLong(t, t.TempDir(), epochs, false)
	folder := t.TempDir()
	w := stopLong(t, folder, epochs, 200, false)
	if err := os.WriteFile(w.Checkpoints.File(200*resumeSteps), nil, 0o600); err != nil {
		t.Fatal(err)
	}
	if got := finishLong(t, folder, epochs, true); got != want {
		t.Errorf("from epoch 199: wanted\n%.2000s\nfound\n%.2000s", want, got)
	}
}

// A checkpoint that was set aside can be renamed back and resumed, with the history file that was set aside with it.
// The history file of a run in between is not used.
func TestHistoryFileSetAside(t *testing.T) {
	t.Parallel() // most of the time is spent on writes to disk
	const epochs = 220
	want := finishLong(t, t.TempDir(), epochs, false)
	folder := t.TempDir()
	w := stopLong(t, folder, epochs, 205, false)
	aside, err := w.Checkpoints.SetAside()
	if err != nil {
		t.Fatal(err)
	}
	if count, err := w.Checkpoints.Count(); count != 0 || err != nil {
		t.Errorf("wanted no checkpoints, found %d, %v", count, err)
	}
	stopLong(t, folder, epochs, 103, false)
	if err := os.Rename(aside, w.Checkpoints.OriginalPath(aside)); err != nil {
		t.Fatal(err)
	}
	if got := finishLong(t, folder, epochs, true); got != want {
		t.Errorf("given its name back: wanted\n%.2000s\nfound\n%.2000s", want, got)
	}
}

// The history file is set aside before the checkpoints, which find it in either place: a run that is killed in between has
// left both.
func TestHistoryFileGoesFirst(t *testing.T) {
	t.Parallel() // most of the time is spent on writes to disk
	w := stopLong(t, t.TempDir(), 220, 205, false)
	if err := os.MkdirAll(filepath.Join(w.Checkpoints.Path+"-old-history", "in the way"), 0o777); err != nil {
		t.Fatal(err)
	}
	if _, err := w.Checkpoints.SetAside(); err == nil {
		t.Fatal("a file replaced a folder")
	}
	if found, _, err := w.Checkpoints.Latest(); err != nil || found == nil || len(found.History()) != 205 {
		t.Errorf("wanted the checkpoint where it was, found %v, %v", found, err)
	}
}

// A checkpoint of format 1, which holds all of its epochs itself, is still read.
func TestCheckpointOfFormat1(t *testing.T) {
	t.Parallel() // most of the time is spent on writes to disk
	const epochs = 160
	want := finishLong(t, t.TempDir(), epochs, false)
	folder := t.TempDir()
	w := stopLong(t, folder, epochs, 130, false)
	found, _, err := w.Checkpoints.Latest()
	if err != nil {
		t.Fatal(err)
	}
	if err := w.Checkpoints.Remove(); err != nil {
		t.Fatal(err)
	}
	if err := atomicfile.Write(w.Checkpoints.File(130*resumeSteps), found.EncodeFormat1); err != nil {
		t.Fatal(err)
	}
	text := read(t, w.Checkpoints.File(130*resumeSteps))
	if !strings.Contains(text, `{\"format\":1,`) || strings.Contains(text, "before") {
		t.Error("wanted a checkpoint of format 1, found another")
	}
	if got := finishLong(t, folder, epochs, true); got != want {
		t.Errorf("from format 1: wanted\n%.2000s\nfound\n%.2000s", want, got)
	}
}
