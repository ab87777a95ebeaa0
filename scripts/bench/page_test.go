package main

import (
	"bytes"
	"errors"
	"flag"
	"image/png"
	"os"
	"path/filepath"
	"testing"

	"github.com/google/go-cmp/cmp"

	"dnn/scripts/bench/marks"
	"dnn/scripts/bench/paired"
)

var update = flag.Bool("update", false, "write the golden files anew")

// measured returns the results of a made-up run: two rounds, a contender that failed, a product that was not measured.
func measured() []*paired.Result {
	epoch := &paired.Result{
		Experiment: paired.Experiment{Name: "epoch", Title: "One epoch", About: "Seconds.", Metrics: seconds(),
			Contenders: []paired.Contender{{Name: dnn2}, {Name: dnn1}, {Name: "jax"}, {Name: "keras-tensorflow"},
				{Name: "torch"}}},
		Rounds: []map[string]paired.Figures{
			{dnn2: {"epoch": 0.0491}, dnn1: {"epoch": 0.08}, "jax": {"epoch": 0.25},
				"keras-tensorflow": {"epoch": 1.25}},
			{dnn2: {"epoch": 0.0511}, dnn1: {"epoch": 0.09}, "jax": {"epoch": 0.2555},
				"keras-tensorflow": {"epoch": 0.9}},
		},
		Failed: map[string]error{"torch": errors.New("it did not run; it may not be installed")},
	}
	process := &paired.Result{
		Experiment: paired.Experiment{Name: "process/train", Title: "The whole process", About: "From start to end.",
			Metrics: []paired.Metric{{Name: "time", Unit: "s"}, {Name: "peak memory", Unit: "MiB"},
				{Name: "test accuracy", Unit: ""}},
			Contenders: []paired.Contender{{Name: dnnTrain}, {Name: "sklearn"}}},
		Rounds: []map[string]paired.Figures{{dnnTrain: processFigures(0.4, 75, 0.9712),
			"sklearn": processFigures(5.5, 480, 0.97)}},
	}
	gemm := &paired.Result{
		Experiment: paired.Experiment{Name: "gemm", Title: "Matrix products", About: "GFLOP/s.",
			Metrics: []paired.Metric{{Name: gemmMetric("1024", 1), Unit: "GFLOP/s"},
				{Name: gemmMetric("1024", 2), Unit: "GFLOP/s"}},
			Contenders: []paired.Contender{{Name: dnnGemm}, {Name: openBLAS}}},
		Rounds: []map[string]paired.Figures{{
			dnnGemm:  {gemmMetric("1024", 1): 90},
			openBLAS: {gemmMetric("1024", 1): 95, gemmMetric("1024", 2): 190},
		}},
	}
	accurate := func(seconds, accuracy float64) paired.Figures {
		return paired.Figures{marks.Time: seconds, marks.Accuracy: accuracy}
	}
	fast := &paired.Result{
		Experiment: marks.Experiment(97, marks.Recipe{Layers: []int{784, 64, 10}, Activation: "relu", Images: 60000, Epochs: 1, Batch: 100,
			Rates: []float64{0.015, 0}}, []paired.Contender{{Name: marks.DNN}, {Name: "jax"}, {Name: "libtorch"},
			{Name: "burn"}}),
		Rounds: []map[string]paired.Figures{
			{marks.DNN: accurate(0.1, 0.9722), "jax": accurate(4, 0.97), "libtorch": accurate(0.45, 0.9699)},
			{marks.DNN: accurate(0.12, 0.97), "jax": accurate(4.2, 0.9713), "libtorch": accurate(0.5, 0.9704)},
		},
		Failed: map[string]error{"burn": errors.New("fork/exec bin/burn: no such file or directory")},
	}
	return []*paired.Result{epoch, process, gemm, fast}
}

func TestPage(t *testing.T) {
	p := page{
		machine: machine{{"CPU", "Some CPU"}, {"cores", "2 of 8"}}, results: measured(),
		options: options{peers: "/home/me/peers", rounds: 2, only: []string{"epoch", "process", "gemm", "fast"}},
	}
	folder := t.TempDir()
	serving := "\n" + paired.ServingSection + "\n\nof another program\n"
	if err := os.WriteFile(filepath.Join(folder, pageFile), []byte("# Old\n"+serving), 0o644); err != nil {
		t.Fatal(err)
	}
	if err := p.write(folder); err != nil {
		t.Fatal(err)
	}
	got, err := os.ReadFile(filepath.Join(folder, pageFile))
	if err != nil {
		t.Fatal(err)
	}
	got, kept := bytes.CutSuffix(got, []byte(serving))
	if !kept {
		t.Error("the section about serving was not kept")
	}
	golden := filepath.Join("testdata", "page.md")
	if *update {
		if err := os.WriteFile(golden, got, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(golden)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), string(got)); diff != "" {
		t.Errorf("page (-want +got):\n%s", diff)
	}
	for _, file := range []string{chartFile, marksFile} {
		picture, err := os.ReadFile(filepath.Join(folder, file))
		if err != nil {
			t.Fatal(err)
		}
		if _, err := png.Decode(bytes.NewReader(picture)); err != nil {
			t.Errorf("%s: %v", file, err)
		}
	}
}

func TestPageWithoutChart(t *testing.T) {
	p := page{results: measured()[2:3], options: options{rounds: 1}}
	folder := t.TempDir()
	if err := p.write(folder); err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(filepath.Join(folder, chartFile)); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("a chart of nothing: %v", err)
	}
	if page := p.markdown(nil); bytes.Contains(page, []byte(chartFile)) {
		t.Error("the page shows a chart that does not exist")
	}
}

func TestEveryTargetCanBeJudged(t *testing.T) {
	b := &bench{peers: "peers", originals: "originals", sets: []string{"avx512", "avx2", "neon", "generic"}}
	known := map[string]bool{} // experiment, contender and metric
	for _, s := range scenarios() {
		for _, e := range s.experiments(b) {
			for _, c := range e.Contenders {
				known[e.Name+"|"+c.Name+"|"] = true
				for _, m := range e.Metrics {
					known[e.Name+"|"+c.Name+"|"+m.Name] = true
				}
			}
		}
	}
	for _, target := range targets() {
		for _, name := range []string{target.Subject, target.Reference} {
			if key := target.Experiment + "|" + name + "|" + target.Metric; name != "" && !known[key] {
				t.Errorf("a target speaks of %s, which no experiment measures", key)
			}
		}
	}
}
