package experiment_test

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"dnn/internal/config"
	"dnn/internal/experiment"
	"dnn/internal/experiment/experimenttest"
	"dnn/internal/fault"
	"dnn/internal/train"
)

// resolve returns an experiment under flags.
func resolve(t *testing.T, path string, flags ...config.Flag) *config.Resolved {
	t.Helper()
	r, err := config.Load(config.Options{Path: path, Read: os.ReadFile, Flags: flags})
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// TestTrial: a trial that is paused at any epoch and goes on, in another pool, gives the bytes of a run alone, and the
// history of all its epochs.
func TestTrial(t *testing.T) {
	experimenttest.Isolate(t)
	path := experimenttest.Small(t)
	flags := []config.Flag{
		set("validation_split", "0.3"), set("reduce_lr_on_plateau.patience", "1"), set("optimizer.use_ema", "true"),
	}
	want := experimenttest.Train(t, experimenttest.Options(path, filepath.Join(t.TempDir(), "alone.bin"), flags...))
	for pause := range 5 { // the last one after the end
		from := ""
		var paused experiment.TrialResult
		folder := t.TempDir()
		if pause > 0 {
			paused = trial(t, resolve(t, path, flags...), experiment.TrialRun{Threads: 2, Pause: pause, To: filepath.Join(folder, "ckpt")})
			if paused.Paused != (pause < 4) || len(paused.History) != pause {
				t.Fatalf("paused at %d: %t after %d epochs", pause, paused.Paused, len(paused.History))
			}
			from = filepath.Join(folder, "ckpt")
		}
		if pause < 4 {
			paused = trial(t, resolve(t, path, flags...), experiment.TrialRun{Threads: 1, From: from})
		}
		var model bytes.Buffer
		if _, err := paused.WriteModel(&model); err != nil || !bytes.Equal(model.Bytes(), want) {
			t.Errorf("paused at %d: another model than alone, %v", pause, err)
		}
		if len(paused.History) != 4 || paused.Epochs != 4 || paused.ValLoss != float32(paused.History[3].ValLoss) || paused.TestAccuracy == 0 {
			t.Errorf("paused at %d: %+v", pause, paused.Seed)
		}
	}
}

// TestTrialOfImageRows: each seed has its own test rows, also of a table of images, and also in one pool.
func TestTrialOfImageRows(t *testing.T) {
	experimenttest.Isolate(t)
	folder := t.TempDir()
	var rows strings.Builder
	rows.WriteString("a,b,kind\n")
	for i := range 40 {
		fmt.Fprintf(&rows, "%d,%d,%d\n", i*37%256, i*i%256, i*7%3)
	}
	path := experimenttest.WriteRows(t, folder, rows.String(), "image: [1, 2]", "epochs: 1\nbatch_size: 8\n")
	w := experimenttest.NewSystem()
	pool := experiment.NewPool(&w.System, experiment.Options{})
	defer pool.Close()
	for _, seed := range []string{"1", "2"} {
		want := experimenttest.Train(t, experimenttest.Options(path, filepath.Join(folder, "alone.bin"), set("seed", seed)))
		one, err := pool.Trial(resolve(t, path, set("seed", seed)))
		if err != nil {
			t.Fatal(err)
		}
		result, err := one.Train(t.Context(), experiment.TrialRun{Threads: 1})
		if err != nil {
			t.Fatal(err)
		}
		var model bytes.Buffer
		if _, err := result.WriteModel(&model); err != nil || !bytes.Equal(model.Bytes(), want) {
			t.Errorf("seed %s: another model than alone, %v", seed, err)
		}
	}
}

// trial trains an experiment in a pool of its own.
func trial(t *testing.T, r *config.Resolved, how experiment.TrialRun) experiment.TrialResult {
	t.Helper()
	w := experimenttest.NewSystem()
	pool := experiment.NewPool(&w.System, experiment.Options{})
	defer pool.Close()
	one, err := pool.Trial(r)
	if err != nil {
		t.Fatal(err)
	}
	result, err := one.Train(t.Context(), how)
	if err != nil {
		t.Fatal(err)
	}
	return result
}

// TestPool: notes are told once, data sets that seeds split come and go, and mistakes are found before the training.
func TestPool(t *testing.T) {
	experimenttest.Isolate(t)
	path := experimenttest.Small(t)
	w := experimenttest.NewSystem()
	var notes []string
	pool := experiment.NewPool(&w.System, experiment.Options{Listener: experiment.Listener{
		Note: func(text string) error { notes = append(notes, text); return nil },
	}})
	defer pool.Close()
	for seed := range 9 { // more than are kept
		r := resolve(t, path, set("seed", fmt.Sprint(seed)), set("layers", "[2, 9, 3]"))
		one, err := pool.Trial(r)
		if err == nil {
			_, err = one.Load(t.Context())
		}
		if err == nil {
			_, err = one.Train(t.Context(), experiment.TrialRun{Threads: 1})
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	if len(notes) != 1 || !strings.HasPrefix(notes[0], "layers are the hidden ones") {
		t.Errorf("notes: %q", notes)
	}
	if _, err := pool.Trial(resolve(t, path, set("validation_split", "0.99"))); fault.KindOf(err) != fault.Config {
		t.Errorf("no training samples: %v", err)
	}
	if err := resolve(t, path, set("tensorboard", "logs")).CheckNoLog(); fault.KindOf(err) != fault.Config {
		t.Errorf("a log: %v", err)
	}
	one, err := pool.Trial(resolve(t, path))
	if err != nil {
		t.Fatal(err)
	}
	_, err = one.Train(t.Context(), experiment.TrialRun{Threads: 1, From: filepath.Join(t.TempDir(), "ckpt")})
	if fault.KindOf(err) != fault.Data || !strings.Contains(err.Error(), "wanted a checkpoint, found none") {
		t.Errorf("no checkpoint: %v", err)
	}
	if one, err = pool.Trial(resolve(t, path)); err != nil {
		t.Fatal(err)
	}
	full := fault.New(fault.Write, "", "full")
	result, err := one.Train(t.Context(), experiment.TrialRun{Threads: 1, Step: func(s train.Step) error { return full }})
	if err != full || len(result.History) != 0 { //nolint:errorlint // the very error
		t.Errorf("an error of a step: %v", err)
	}
}
