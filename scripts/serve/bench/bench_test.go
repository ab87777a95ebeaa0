//go:build linux

package main

import (
	"errors"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"dnn/scripts/bench/paired"
)

func TestEveryTargetCanBeJudged(t *testing.T) {
	b := &bench{options: options{peers: true}, cpus: []int{0, 1}}
	known := map[string]bool{} // experiment, contender and metric
	for _, e := range b.experiments() {
		for _, c := range e.Contenders {
			for _, m := range e.Metrics {
				known[e.Name+"|"+c.Name+"|"+m.Name] = true
			}
		}
	}
	for _, target := range b.targets() {
		for _, name := range []string{target.Subject, target.Reference} {
			if key := target.Experiment + "|" + name + "|" + target.Metric; name != "" && !known[key] {
				t.Errorf("a target speaks of %s, which no experiment measures", key)
			}
		}
	}
}

// TestWrite writes the section twice: it is there once, after the others, which stay.
func TestWrite(t *testing.T) {
	b := &bench{options: options{rounds: 2}, cpus: []int{0, 1}}
	e := b.experiments()[0]
	p := page{
		machine: [][]string{{"machine", ""}, {"CPU", "Some CPU"}}, targets: b.targets(), options: b.options,
		results: []*paired.Result{{Experiment: e, Rounds: []map[string]paired.Figures{{dnnName: {p99: 1.5}}, {dnnName: {p99: 2.5}}}}},
	}
	path := filepath.Join(t.TempDir(), "benchmarks.md")
	const others = "# Benchmarks\n\n## One epoch\n\n| a |\n"
	if err := os.WriteFile(path, []byte(others), 0o600); err != nil {
		t.Fatal(err)
	}
	for range 2 {
		if err := p.write(path); err != nil {
			t.Fatal(err)
		}
	}
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	found := string(text)
	if !strings.HasPrefix(found, others+"\n"+paired.ServingSection) || strings.Count(found, paired.ServingSection) != 1 {
		t.Errorf("wanted the other sections, then this one once, found:\n%s", found)
	}
	for _, want := range []string{
		"| CPU | Some CPU |", "### " + e.Title, "| serve/one, p99: dnn | 2.00 | ≤ 5.00 | PASS |",
		"| p99 | dnn | 2.00 ms | 1.50 to 2.50 |", "go run ./scripts/serve/bench --rounds 2",
	} {
		if !strings.Contains(found, want) {
			t.Errorf("wanted %q, found:\n%s", want, found)
		}
	}
}

// TestLaunch starts shells as servers: one that answers never, since it ends, and one that another process answers for.
func TestLaunch(t *testing.T) {
	log := filepath.Join(t.TempDir(), "log")
	_, err := launch(t.Context(), "127.0.0.1:1", log, nil, 1, "sh", "-c", "echo no model; exit 3")
	if err == nil || !strings.Contains(err.Error(), "sh ended: no model") {
		t.Errorf("found %v", err)
	}
	port, err := freePort(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	answers := &http.Server{Addr: "127.0.0.1:" + port, Handler: http.NotFoundHandler()} //nolint:gosec // of a test
	served := make(chan error, 1)
	go func() { served <- answers.ListenAndServe() }()
	// What the shell starts says so itself: only then are there two.
	const both = "echo $WORD; (echo $WORD; exec sleep 60) & wait"
	s, err := launch(t.Context(), answers.Addr, log, []string{"WORD=ready"}, 2, "sh", "-c", both)
	if err != nil {
		t.Fatal(err)
	}
	if n := len(s.processes()); n != 2 {
		t.Errorf("wanted the shell and what it started, found %d processes", n)
	}
	if s.residentMiB() <= 0 || s.cpuSeconds() <= 0 {
		t.Errorf("wanted some memory and time, found %v MiB, %v s", s.residentMiB(), s.cpuSeconds())
	}
	s.stop()
	if n := len(s.processes()); n != 0 {
		t.Errorf("wanted that all have ended, found %d processes", n)
	}
	if err := errors.Join(answers.Close(), <-served); !errors.Is(err, http.ErrServerClosed) {
		t.Error(err)
	}
}

func TestStart(t *testing.T) {
	for _, arguments := range [][]string{{"--rounds", "0"}, {"more"}, {"--other"}} {
		if code := start(arguments, io.Discard, io.Discard); code != 2 {
			t.Errorf("%v: wanted 2, found %d", arguments, code)
		}
	}
	if code := start([]string{"--help"}, io.Discard, io.Discard); code != 0 {
		t.Errorf("--help: wanted 0, found %d", code)
	}
}
