package main

import (
	"bytes"
	"io"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"dnn/scripts/bench/paired"
	"dnn/scripts/bench/process"
)

func TestParseBenchmarks(t *testing.T) {
	const printed = `goos: linux
cpu: AMD EPYC
BenchmarkSgemm/64/avx512-2         	   12345	      9700 ns/op	        54.05 GFLOP/s
BenchmarkSgemm/100x784x100/avx512-2	     100	    200000 ns/op	        78.40 GFLOP/s	       0 B/op
BenchmarkSgemm/2048/avx512/threads=2-2	 10	  90000000 ns/op	       190.5 GFLOP/s
BenchmarkSgemm/1024/avx512/1       	      10	  20000000 ns/op	       107 GFLOP/s
BenchmarkGemmTile/avx512-2         	     100	       100 ns/op	       110 GFLOP/s
PASS
`
	want := paired.Figures{
		gemmMetric("64", 1): 54.05, gemmMetric("100x784x100", 1): 78.4,
		gemmMetric("2048", 2): 190.5, gemmMetric("1024", 1): 107,
	}
	if diff := cmp.Diff(want, parseBenchmarks([]byte(printed))); diff != "" {
		t.Errorf("figures (-want +got):\n%s", diff)
	}
}

func TestParsePeer(t *testing.T) {
	got, err := parsePeer([]byte(`{"peer": "jax-scan", "epoch_s": [1.5, 0.25], "total_s": 7.1, "loss": 0.1, ` +
		`"acc": 0.97, "rss_mb": 720, "seed": 1}` + "\n"))
	if err != nil {
		t.Fatal(err)
	}
	want := peerLine{Peer: "jax-scan", Seconds: []float64{1.5, 0.25}, Accuracy: 0.97, PeakMiB: 720}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("peer (-want +got):\n%s", diff)
	}
	for _, bad := range []string{`{"peer": "jax", "failed": true}`, `{"peer": "jax"}`, ``, `Traceback`,
		`{"peer":"a"} {"peer":"b"}`} {
		if _, err := parsePeer([]byte(bad)); err == nil {
			t.Errorf("parsePeer(%q) found no fault", bad)
		}
	}
}

func TestParseAccuracy(t *testing.T) {
	if got, err := parseAccuracy([]byte("{\"accuracy\": 0.9712}\n")); err != nil || got != 0.9712 {
		t.Errorf("accuracy %v, error %v", got, err)
	}
	for _, bad := range []string{``, `{}`, `0.97`, `{"accuracy": "0.97"}`, `Traceback`} {
		if _, err := parseAccuracy([]byte(bad)); err == nil {
			t.Errorf("parseAccuracy(%q) found no fault", bad)
		}
	}
}

func TestParseTraining(t *testing.T) {
	got, err := parseTraining(process.Outcome{Stdout: []byte(`{"event":"start","epochs":2}
{"event":"epoch","epoch":1,"epoch_s":0.5,"phases":{"input":0.2,"validation":0.1}}
{"event":"epoch","epoch":2,"epoch_s":0.4}
{"event":"end","test_accuracy":0.97}
`)})
	if err != nil {
		t.Fatal(err)
	}
	if len(got.epochs) != 2 || got.epochs[0].Phases["input"] != 0.2 || got.epochs[1].Seconds != 0.4 ||
		got.accuracy != 0.97 {
		t.Errorf("training: %+v", got)
	}
	for _, bad := range []string{``, `{"event":"end"}`, `{"event":`} {
		if _, err := parseTraining(process.Outcome{Stdout: []byte(bad)}); err == nil {
			t.Errorf("parseTraining(%q) found no fault", bad)
		}
	}
}

func TestParseKernels(t *testing.T) {
	got, err := parseKernels("dnn 0.1.0 linux/amd64 go1.26.8 kernels: avx512 avx2* generic\n")
	if want := []string{"avx2", "avx512", "generic"}; err != nil || !slices.Equal(got, want) {
		t.Errorf("kernels %v, error %v; want %v: the one that is taken first", got, err, want)
	}
	if _, err := parseKernels("dnn 0.1.0\n"); err == nil {
		t.Error("found no fault in a version without kernels")
	}
}

func TestWrongUsage(t *testing.T) {
	for _, args := range [][]string{{"--only", "epochs"}, {"--rounds", "0"}, {"epoch"}, {"--cpus", "x"}, {"--none"}} {
		var stderr bytes.Buffer
		if status := start(args, strings.NewReader(""), io.Discard, &stderr); status != 2 || stderr.Len() == 0 {
			t.Errorf("%v: status %d, message %q; want 2 and a message", args, status, &stderr)
		}
	}
}
