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

// newLong returns a run of many epochs with a checkpoint after each, and no other callbacks than one that stops it there.
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

// stopLong runs such a run up to an epoch.
func stopLong(t *testing.T, folder string, epochs, stopAfter int, from bool) *resumable {
	t.Helper()
	w, ctx := newLong(t, folder, epochs, stopAfter)
	if from {
		w.resume(t)
	}
	if _, err := w.Do(ctx); !errors.Is(err, errStopped) {
		t.Fatalf("stopped after epoch %d: %v", stopAfter, err)
	}
	return w
}

// finishLong goes on to the end and returns what came out.
func finishLong(t *testing.T, folder string, epochs int, from bool) string {
	t.Helper()
	w, ctx := newLong(t, folder, epochs, 0)
	w.Checkpoints.EveryEpochs = 10 // each costs a write to the disk
	if from {
		w.resume(t)
	}
	history, err := w.Do(ctx)
	if err != nil {
		t.Fatal(err)
	}
	return w.outcome(t, history)
}

// A checkpoint does not grow with the epochs before it, however many there are, and a run that is stopped again and again ends
// as one that was not. Older epochs are in a file that only grows.
func TestCheckpointsOfManyEpochs(t *testing.T) {
	t.Parallel() // most of the time goes by while the disk is written to
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
			if _, err := os.Stat(w.Checkpoints.PastFile()); err == nil {
				t.Errorf("after %d epochs there is %s", at, w.Checkpoints.PastFile())
			}
			continue
		}
		if lines := read(t, w.Checkpoints.PastFile()); !strings.HasPrefix(lines, before) || strings.Count(lines, "\n") != at/100*100 {
			t.Errorf("after %d epochs the file does not begin as before, or has %d lines", at, strings.Count(lines, "\n"))
		} else {
			before = lines
		}
		if at >= 200 && info.Size() > sizes[at%100]+200 {
			t.Errorf("the checkpoint after %d epochs has %d bytes, that of 100 or 200 before %d", at, info.Size(), sizes[at%100])
		}
	}
	if got := finishLong(t, folder, epochs, true); got != want {
		t.Errorf("stopped again and again:\n%.2000s\nwant\n%.2000s", got, want)
	}
	w, _ := newLong(t, folder, epochs, 0)
	if err := w.Checkpoints.Finish(); err != nil {
		t.Fatal(err)
	}
	if left, _ := filepath.Glob(filepath.Join(folder, "model.ckpt*")); len(left) > 0 {
		t.Errorf("in the end there are %v", left)
	}
}

// What a killed run has added to the file after its last checkpoint, whole lines or not, is of no matter.
func TestPastWithATail(t *testing.T) {
	t.Parallel() // most of the time goes by while the disk is written to
	const epochs = 130
	want := finishLong(t, t.TempDir(), epochs, false)
	for _, tail := range []string{`{"epoch":101,"epo`, strings.Repeat("{}\n", 100)} {
		folder := t.TempDir()
		w := stopLong(t, folder, epochs, 110, false)
		past := read(t, w.Checkpoints.PastFile())
		if err := os.WriteFile(w.Checkpoints.PastFile(), []byte(past+tail), 0o600); err != nil {
			t.Fatal(err)
		}
		if got := finishLong(t, folder, epochs, true); got != want {
			t.Errorf("with %.20q:\n%.2000s\nwant\n%.2000s", tail, got, want)
		}
		if got := read(t, w.Checkpoints.PastFile()); got != past {
			t.Errorf("the file is now %.300q", got)
		}
	}
}

// A file that lost its beginning, or is another run's, is not read.
func TestPastDamaged(t *testing.T) {
	t.Parallel() // most of the time goes by while the disk is written to
	for name, c := range map[string]struct {
		change func(string) string
		want   string
	}{
		"changed": {func(s string) string { return strings.Replace(s, `"loss":`, `"loss": `, 1) }, "they have another SHA-256 there"},
		"short":   {func(s string) string { return s[:len(s)/2] }, "wanted %d bytes or more, found %d"},
		"missing": {nil, "no such file or directory"},
	} {
		folder := t.TempDir()
		w := stopLong(t, folder, 130, 105, false)
		path := w.Checkpoints.PastFile()
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
		want = fmt.Sprintf("%s: no checkpoint is whole: %s: its first 100 epochs are not in %s: %s", file, file, path, want)
		if fault.KindOf(err) != fault.Data || !strings.HasPrefix(err.Error(), want) {
			t.Errorf("%s: %v, want %q", name, err, want)
		}
	}
}

// The checkpoint before the last needs fewer of its lines, and serves where the last one is damaged.
func TestPastOfTheCheckpointBefore(t *testing.T) {
	t.Parallel() // most of the time goes by while the disk is written to
	const epochs = 210
	want := finishLong(t, t.TempDir(), epochs, false)
	folder := t.TempDir()
	w := stopLong(t, folder, epochs, 200, false)
	if err := os.WriteFile(w.Checkpoints.File(200*resumeSteps), nil, 0o600); err != nil {
		t.Fatal(err)
	}
	if got := finishLong(t, folder, epochs, true); got != want {
		t.Errorf("from epoch 199:\n%.2000s\nwant\n%.2000s", got, want)
	}
}

// A checkpoint that was set aside goes on where it is given its name back, with the file that was set aside with it. A new run
// in between, with a file of its own, is none of its matter.
func TestPastSetAside(t *testing.T) {
	t.Parallel() // most of the time goes by while the disk is written to
	const epochs = 220
	want := finishLong(t, t.TempDir(), epochs, false)
	folder := t.TempDir()
	w := stopLong(t, folder, epochs, 205, false)
	aside, err := w.Checkpoints.SetAside()
	if err != nil {
		t.Fatal(err)
	}
	if count, err := w.Checkpoints.Count(); count != 0 || err != nil {
		t.Errorf("checkpoints are left: %v", err)
	}
	stopLong(t, folder, epochs, 103, false)
	if err := os.Rename(aside, w.Checkpoints.Before(aside)); err != nil {
		t.Fatal(err)
	}
	if got := finishLong(t, folder, epochs, true); got != want {
		t.Errorf("given its name back:\n%.2000s\nwant\n%.2000s", got, want)
	}
}

// A checkpoint of format 1 has all of its epochs in itself, however many. It is still read.
func TestCheckpointOfFormat1(t *testing.T) {
	t.Parallel() // most of the time goes by while the disk is written to
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
	if text := read(t, w.Checkpoints.File(130*resumeSteps)); !strings.Contains(text, `{\"format\":1,`) || strings.Contains(text, "before") {
		t.Error("it is not of format 1")
	}
	if got := finishLong(t, folder, epochs, true); got != want {
		t.Errorf("from format 1:\n%.2000s\nwant\n%.2000s", got, want)
	}
}
