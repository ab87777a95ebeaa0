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
)

var update = flag.Bool("update", false, "write the golden files anew")

// measured are results as a run might give them: two rounds, a contender that failed, a product not measured.
func measured() []*result {
	epoch := &result{
		experiment: experiment{name: "epoch", title: "One epoch", about: "Seconds.", metrics: seconds(),
			contenders: []contender{{name: dnn2}, {name: dnn1}, {name: "jax"}, {name: "keras-tensorflow"}, {name: "torch"}}},
		rounds: []map[string]figures{
			{dnn2: {"epoch": 0.0491}, dnn1: {"epoch": 0.08}, "jax": {"epoch": 0.25}, "keras-tensorflow": {"epoch": 1.25}},
			{dnn2: {"epoch": 0.0511}, dnn1: {"epoch": 0.09}, "jax": {"epoch": 0.2555}, "keras-tensorflow": {"epoch": 0.9}},
		},
		failed: map[string]error{"torch": errors.New("it did not run; it may not be installed")},
	}
	process := &result{
		experiment: experiment{name: "process/train", title: "The whole process", about: "From start to end.",
			metrics:    []metric{{"time", "s"}, {"peak memory", "MiB"}, {"test accuracy", ""}},
			contenders: []contender{{name: dnnTrain}, {name: "sklearn"}}},
		rounds: []map[string]figures{{dnnTrain: processFigures(0.4, 75, 0.9712), "sklearn": processFigures(5.5, 480, 0.97)}},
	}
	gemm := &result{
		experiment: experiment{name: "gemm", title: "Matrix products", about: "GFLOP/s.",
			metrics:    []metric{{gemmMetric("1024", 1), "GFLOP/s"}, {gemmMetric("1024", 2), "GFLOP/s"}},
			contenders: []contender{{name: dnnGemm}, {name: openBLAS}}},
		rounds: []map[string]figures{{
			dnnGemm:  {gemmMetric("1024", 1): 90},
			openBLAS: {gemmMetric("1024", 1): 95, gemmMetric("1024", 2): 190},
		}},
	}
	return []*result{epoch, process, gemm}
}

func TestPage(t *testing.T) {
	p := page{
		machine: machine{{"CPU", "Some CPU"}, {"cores", "2 of 8"}}, results: measured(),
		options: options{peers: "/home/me/peers", rounds: 2, only: []string{"epoch", "process", "gemm"}},
	}
	folder := t.TempDir()
	if err := p.write(folder); err != nil {
		t.Fatal(err)
	}
	got, err := os.ReadFile(filepath.Join(folder, pageFile))
	if err != nil {
		t.Fatal(err)
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
	picture, err := os.Open(filepath.Join(folder, chartFile))
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = picture.Close() }()
	if _, err := png.Decode(picture); err != nil {
		t.Error(err)
	}
}

func TestPageWithoutChart(t *testing.T) {
	p := page{results: measured()[2:], options: options{rounds: 1}}
	folder := t.TempDir()
	if err := p.write(folder); err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(filepath.Join(folder, chartFile)); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("a chart of nothing: %v", err)
	}
	if page := p.markdown(false); bytes.Contains(page, []byte(chartFile)) {
		t.Error("the page shows a chart that does not exist")
	}
}

func TestEveryTargetCanBeJudged(t *testing.T) {
	b := &bench{peers: "peers", originals: "originals", sets: []string{"avx2", "generic"}}
	known := map[string]bool{} // experiment, contender and metric
	for _, s := range scenarios() {
		for _, e := range s.experiments(b) {
			for _, c := range e.contenders {
				known[e.name+"|"+c.name+"|"] = true
				for _, m := range e.metrics {
					known[e.name+"|"+c.name+"|"+m.name] = true
				}
			}
		}
	}
	for _, target := range targets() {
		for _, name := range []string{target.subject, target.reference} {
			if key := target.experiment + "|" + name + "|" + target.metric; name != "" && !known[key] {
				t.Errorf("a target speaks of %s, which no experiment measures", key)
			}
		}
	}
}

func TestDigits(t *testing.T) {
	for value, want := range map[float64]string{
		1234.5: "1234", 110: "110", 19.34: "19.3", 1.234: "1.23", 0.25: "0.250", 0.0491: "0.0491", 0.00123: "0.00123", 0: "0",
	} {
		if got := digits(value); got != want {
			t.Errorf("digits(%v) = %q, want %q", value, got, want)
		}
	}
}
