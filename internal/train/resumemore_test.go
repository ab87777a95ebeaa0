package train_test

import (
	"path/filepath"
	"strings"
	"testing"
)

// A finished run that kept its last checkpoint can resume with more epochs. It ends as a run that had so many from the
// start, even if it restored its best weights into the model, and even if it is stopped once more. So does a run that
// was stopped before its end.
func TestResumeToMoreEpochs(t *testing.T) {
	const more = resumeEpochs + 3
	for name, spec := range optimizerSpecs() {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			run := func(folder string, epochs int, resume bool) *resumable {
				w := newPatient(t, spec, folder, more)
				w.Epochs = epochs
				w.Checkpoints.EveryEpochs, w.Checkpoints.KeepLast = 0, true
				if resume {
					w.resume(t)
				}
				return w
			}
			finish := func(w *resumable) string {
				t.Helper()
				history, err := w.Do(t.Context())
				if err != nil {
					t.Fatal(err)
				}
				if err := w.Checkpoints.Finish(); err != nil {
					t.Fatal(err)
				}
				return w.outcome(t, history)
			}
			want := finish(run(t.TempDir(), more, false))

			folder := t.TempDir()
			finish(run(folder, resumeEpochs, false))
			left, _ := filepath.Glob(filepath.Join(folder, "model.ckpt*"))
			if len(left) != 1 || !strings.HasSuffix(left[0], "-000016") {
				t.Errorf("wanted the checkpoint after step 16 of a finished run, found %v", left)
			}
			run(folder, more, true).stopAfter(t, resumeEpochs*resumeSteps+1)
			if got := finish(run(folder, more, true)); got != want {
				t.Errorf("from a finished run: wanted\n%s\nfound\n%s", want, got)
			}

			folder = t.TempDir()
			run(folder, resumeEpochs, false).stopAfter(t, 9)
			if got := finish(run(folder, more, true)); got != want {
				t.Errorf("from a run that was stopped: wanted\n%s\nfound\n%s", want, got)
			}
		})
	}
}

// A run can resume with fewer epochs than before, if no more than those have begun.
func TestResumeToFewerEpochs(t *testing.T) {
	spec := optimizerSpecs()["adam"]
	short := newResumable(t, spec, t.TempDir())
	short.Epochs = 3
	history, err := short.Do(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	want := short.outcome(t, history)
	for _, steps := range []int{9, 12} {
		folder := t.TempDir()
		newResumable(t, spec, folder).stopAfter(t, steps)
		w := newResumable(t, spec, folder)
		w.Epochs = 3
		w.resume(t)
		if history, err = w.Do(t.Context()); err != nil {
			t.Fatal(err)
		}
		if got := w.outcome(t, history); got != want {
			t.Errorf("after %d steps: wanted\n%s\nfound\n%s", steps, want, got)
		}
	}
}
