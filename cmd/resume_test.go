package cmd_test

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"dnn/cmd"
	"dnn/internal/fault"
)

// TestMoreEpochsWithEachSchedule continues a finished run of each schedule to more epochs. The result must have the
// bytes of a run with so many epochs from the beginning. Or it is refused; then the two runs must differ in their first
// epochs.
func TestMoreEpochsWithEachSchedule(t *testing.T) {
	data := filepath.Join(t.TempDir(), "bars")
	if err := tinyIDX(data, 12, 3); err != nil {
		t.Fatal(err)
	}
	for schedule, key := range map[string]string{
		"{name: constant}":                                            "",
		"{name: step, step_epochs: 1}":                                "",
		"{name: step, step_epochs: 1, warmup_epochs: 1.5}":            "",
		"{name: exponential}":                                         "",
		"{name: exponential, decay_epochs: 0}":                        "schedule.decay_epochs (0: all epochs)",
		"{name: inverse_time}":                                        "",
		"{name: inverse_time, decay_epochs: 0}":                       "schedule.decay_epochs (0: all epochs)",
		"{name: polynomial}":                                          "schedule.decay_epochs (0: all epochs)",
		"{name: polynomial, decay_epochs: 2, cycle: true}":            "",
		"{name: polynomial, decay_epochs: 1.5, warmup_epochs: 1}":     "",
		"{name: cosine}":                                              "schedule.first_decay_epochs (0: all epochs)",
		"{name: cosine, warmup_epochs: 1}":                            "schedule.first_decay_epochs (0: all epochs)",
		"{name: cosine, first_decay_epochs: 1.5, warmup_epochs: 0.5}": "",
		"{name: one_cycle}":                                           "schedule.name (one_cycle)",
	} {
		t.Run(schedule, func(t *testing.T) {
			t.Parallel()
			folder := t.TempDir()
			config := filepath.Join(folder, "bars.yaml")
			text := "dataset: {idx: " + data + "}\nlayers: [5]\nschedule: " + schedule + "\n"
			if err := os.WriteFile(config, []byte(text), 0o666); err != nil {
				t.Fatal(err)
			}
			train := func(epochs string, more ...string) []byte {
				t.Helper()
				return trainModel(t, nil, way{"2", ""}, filepath.Join(folder, "model.bin"),
					append([]string{"--config", config, "--epochs", epochs}, more...)...)
			}
			rates := func() string {
				history, err := os.ReadFile(filepath.Join(folder, "model.history.csv"))
				if err != nil {
					t.Fatal(err)
				}
				var all []string
				for _, line := range strings.Split(string(history), "\n")[:4] {
					all = append(all, line[strings.LastIndex(line, ",")+1:])
				}
				return strings.Join(all, " ")
			}
			want := train("4")
			longRates := rates()
			train("3", "--keep-checkpoint")
			if key == "" {
				if got := train("4", "--resume"); !bytes.Equal(got, want) {
					t.Error("resumed, it has another model")
				}
				return
			}
			if rates() == longRates {
				t.Error("it is refused, and the rates of the first 3 epochs are the same")
			}
			s, _, stderr := system(nil)
			args := []string{"train", "--quiet", "--config", config, "--epochs", "4", "--resume", "-o",
				filepath.Join(folder, "model.bin")}
			wanted := "epochs is 3 there, 4 here (" + key + " depends on it)\n"
			if status := cmd.Run(t.Context(), s, args); status != int(fault.Data) ||
				!strings.Contains(stderr.String(), wanted) {
				t.Errorf("status %d, printed %q, wanted %q", status, stderr, wanted)
			}
		})
	}
}

// TestOtherEpochsAfterAStop stops a run at several places and continues it to more or fewer epochs.
func TestOtherEpochsAfterAStop(t *testing.T) {
	data := filepath.Join(t.TempDir(), "bars")
	if err := tinyIDX(data, 12, 3); err != nil {
		t.Fatal(err)
	}
	args := func(path, epochs string, more ...string) []string {
		return append([]string{
			"train", "--quiet", "--set", "dataset={idx: " + data + "}", "--layers", "5", "--epochs", epochs, "-o", path,
		}, more...)
	}
	whole := map[string][]byte{}
	for _, epochs := range []string{"4", "6"} {
		path := filepath.Join(t.TempDir(), "model.bin")
		runDNN(t, nil, args(path, epochs)...)
		model, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		whole[epochs] = model
	}
	stopped := 0
	for _, reading := range []int{4, 9, 14, 19, 24} {
		for _, epochs := range []string{"4", "6"} {
			path := filepath.Join(t.TempDir(), "model.bin")
			if !stopAt(t, nil, reading, args(path, "5")...) {
				continue
			}
			s, _, stderr := system(nil)
			status := cmd.Run(t.Context(), s, args(path, epochs, "--resume"))
			if strings.Contains(stderr.String(), "epochs: wanted 5 or more, since so many were begun, found 4") &&
				status == int(fault.Data) {
				continue
			}
			stopped++
			model, err := os.ReadFile(path)
			if err != nil || status != 0 || !bytes.Equal(model, whole[epochs]) {
				t.Errorf("stopped at the clock's reading %d, to %s epochs: another model, status %d, %v\n%s", reading,
					epochs, status, err, stderr)
			}
		}
	}
	if stopped < 6 {
		t.Errorf("%d runs went on, wanted 6 or more", stopped)
	}
}
