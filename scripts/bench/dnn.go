package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"dnn/scripts/bench/paired"
	"dnn/scripts/bench/process"
)

// event is what is read of a line of dnn train --json.
type event struct {
	Event    string             `json:"event"`
	Seconds  float64            `json:"epoch_s"`
	Phases   map[string]float64 `json:"phases"` // seconds
	Accuracy float64            `json:"test_accuracy"`
}

// training is the result of a run of dnn train.
type training struct {
	process.Outcome
	epochs   []event
	accuracy float64 // on the test images
}

// train runs dnn train.
func (b *bench) train(ctx context.Context, env []string, args ...string) (training, error) {
	args = append([]string{"train", "--json", "--data-dir", b.dataDir}, args...)
	done, err := b.command(ctx, env, b.dnn, args...)
	if err != nil {
		return training{}, err
	}
	return parseTraining(done)
}

func parseTraining(done process.Outcome) (training, error) {
	t := training{Outcome: done}
	lines := json.NewDecoder(bytes.NewReader(done.Stdout))
	for lines.More() {
		var e event
		if err := lines.Decode(&e); err != nil {
			return t, fmt.Errorf("dnn train --json: %w", err)
		}
		switch e.Event {
		case "epoch":
			t.epochs = append(t.epochs, e)
		case "end":
			t.accuracy = e.Accuracy
		}
	}
	if len(t.epochs) == 0 {
		return t, fmt.Errorf("dnn train --json: no epoch in %q", done.Stdout)
	}
	return t, nil
}

// recipe says how the network 784-100-50-10 is trained.
type recipe struct {
	threads int // of dnn; peers choose theirs
	batch   int
	epochs  int
	simd    string // instruction set of dnn; empty for the best
}

// dnnEpochs is dnn training by the recipe. Its metric "epoch" is the seconds of an epoch with validation.
func (b *bench) dnnEpochs(name string, r recipe) paired.Contender {
	return paired.Contender{Name: name, Run: func(ctx context.Context) (paired.Figures, error) {
		seconds, err := b.dnnEpoch(ctx, r)
		return paired.Figures{"epoch": seconds}, err
	}}
}

// dnnEpoch trains by the recipe and further arguments, and returns the seconds of an epoch with validation.
func (b *bench) dnnEpoch(ctx context.Context, r recipe, args ...string) (float64, error) {
	var env []string
	if r.simd != "" {
		env = append(env, "DNN_SIMD="+r.simd)
	}
	t, err := b.train(ctx, env, append([]string{"--threads", strconv.Itoa(r.threads),
		"--batch-size", strconv.Itoa(r.batch), "--epochs", strconv.Itoa(r.epochs)}, args...)...)
	if err != nil {
		return 0, err
	}
	var seconds []float64
	for _, e := range t.epochs {
		seconds = append(seconds, e.Seconds)
	}
	return paired.Steady(seconds), nil
}

// besideBusy is the contender while another process keeps a CPU busy.
func (b *bench) besideBusy(name string, c paired.Contender) paired.Contender {
	return paired.Contender{Name: name, Run: func(ctx context.Context) (_ paired.Figures, err error) {
		cpu := -1
		if len(b.cpus) > 0 {
			cpu = b.cpus[0]
		}
		stop, err := process.StartBusy(ctx, cpu)
		if err != nil {
			return nil, err
		}
		got, err := c.Run(ctx)
		if serr := stop(); err == nil && serr != nil {
			return nil, fmt.Errorf("the busy process: %w", serr)
		}
		return got, err
	}}
}

// dnnProcess is a complete process of dnn train with all files that it writes. The model stays for dnn eval.
func (b *bench) dnnProcess() paired.Contender {
	return paired.Contender{Name: dnnTrain, Run: func(ctx context.Context) (paired.Figures, error) {
		t, err := b.train(ctx, nil, "--epochs", strconv.Itoa(b.effort.epochs), "-o", b.model())
		if err != nil {
			return nil, err
		}
		return processFigures(t.Seconds, t.PeakMiB, t.accuracy), nil
	}}
}

func (b *bench) model() string { return filepath.Join(b.work, "trained.bin") }

// processFigures returns the figures of a complete process. mib is 0 if unknown.
func processFigures(seconds, mib, accuracy float64) paired.Figures {
	f := paired.Figures{"time": seconds, "test accuracy": accuracy}
	if mib > 0 {
		f["peak memory"] = mib
	}
	return f
}

// dnnCommand is a complete process of dnn. It is so short that it runs several times; its metric "time" is the median
// in milliseconds.
func (b *bench) dnnCommand(name string, args ...string) paired.Contender {
	return paired.Contender{Name: name, Run: func(ctx context.Context) (paired.Figures, error) {
		var times []float64
		for range b.effort.repeats {
			done, err := b.command(ctx, nil, b.dnn, args...)
			if err != nil {
				return nil, err
			}
			times = append(times, done.Seconds*1e3)
		}
		return paired.Figures{"time": paired.Median(times)}, nil
	}}
}

// dnnDownload is dnn download of all files, from the folder of the originals to an empty one.
func (b *bench) dnnDownload() paired.Contender {
	return paired.Contender{Name: "dnn download", Run: func(ctx context.Context) (paired.Figures, error) {
		folder := filepath.Join(b.work, "downloaded")
		done, err := b.command(ctx, nil, b.dnn, "download", "--data-dir", folder, "--mirror",
			"file://"+filepath.ToSlash(b.originals))
		if err != nil {
			return nil, err
		}
		return paired.Figures{"time": done.Seconds * 1e3}, os.RemoveAll(folder)
	}}
}

// parseKernels returns the sets of kernels that dnn version lists. The first is the one that dnn chooses.
func parseKernels(version string) ([]string, error) {
	_, list, ok := strings.Cut(version, "kernels:")
	sets := strings.Fields(list)
	if !ok || len(sets) == 0 {
		return nil, fmt.Errorf("dnn version: wanted the kernels, found %q", version)
	}
	for i, set := range sets {
		if taken, marked := strings.CutSuffix(set, "*"); marked {
			sets = slices.Insert(slices.Delete(sets, i, i+1), 0, taken)
			break
		}
	}
	return sets, nil
}
