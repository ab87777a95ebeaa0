// Bench compares dnn with programs that a person might use instead, and its kernels with OpenBLAS.
//
//	go run ./scripts/bench                                  # dnn alone
//	go run ./scripts/bench --peers DIR                      # with the peers in DIR
//	go run ./scripts/bench --peers DIR --only epoch,gemm --quick
//	go run ./scripts/bench --peers DIR --write              # also docs/benchmarks.md and its pictures
//
// It builds dnn, then runs all programs of an experiment in turn, A B C A B C …, so that whatever else happens on the
// machine affects all of them alike. A figure is the median over the rounds. A ratio is the median of the ratios within
// the rounds. Figures of different days or machines are not compared.
//
// The folder of the peers has a program called run. `PEERS=NAME run FOLDER EPOCHS BATCH SEED` trains 784-100-50-10 with
// Adam on the first 48,000 images of MNIST, whose four .gz files are in FOLDER. It validates on the other 12,000 images
// after each epoch, and prints one JSON object: epoch_s (seconds of each epoch), acc (test accuracy) and rss_mb (peak
// memory); or failed: true. NAME is one of the names in scenarios.go.
//
// OpenBLAS, PyTorch and JAX are also measured by the Python scripts in this folder. Their interpreters are
// $PEERS_VENV/tf/bin/python (NumPy, threadpoolctl, JAX, Keras) and $PEERS_VENV/pt/bin/python (PyTorch). PEERS_VENV is
// ~/.cache/dnn-peers by default. The scenario fast has peers of its own, which scripts/bench/peers/setup installs
// there. What is not installed is shown as failed.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"syscall"

	"dnn/scripts/bench/marks"
	"dnn/scripts/bench/process"
)

type options struct {
	peers     string
	dataDir   string
	originals string
	docs      string
	cpus      []int
	only      []string // names of scenarios; empty for all
	rounds    int
	quick     bool
	write     bool
}

func main() {
	os.Exit(start(os.Args[1:], os.Stdin, os.Stdout, os.Stderr)) //nolint:forbidigo // this is the program's main.go
}

// start runs the program and returns its exit status.
func start(args []string, stdin io.Reader, stdout, stderr io.Writer) int {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	err := func() error {
		if len(args) == 2 && args[0] == process.BusyFlag {
			return process.KeepBusy(args[1], stdin, stdout)
		}
		o, err := parse(args, stderr)
		if err != nil {
			return err
		}
		return run(ctx, o, stdout, stderr)
	}()
	switch {
	case err == nil, errors.Is(err, flag.ErrHelp):
		return 0
	case errors.Is(err, errUsage):
		return 2 // package flag has printed what is wrong
	}
	_, _ = fmt.Fprintln(stderr, "bench:", err) // if this fails, the exit status still tells
	return 1
}

var errUsage = errors.New("wrong usage")

func parse(args []string, stderr io.Writer) (options, error) {
	var o options
	f := flag.NewFlagSet("bench", flag.ContinueOnError)
	f.SetOutput(stderr)
	f.Usage = func() {
		_, _ = fmt.Fprintf(stderr, "usage: go run ./scripts/bench [flags]\n\nscenarios:\n")
		for _, s := range scenarios() {
			_, _ = fmt.Fprintf(stderr, "  %-9s %s\n", s.name, s.does)
		}
		_, _ = fmt.Fprintf(stderr, "\nflags:\n")
		f.PrintDefaults()
	}
	f.StringVar(&o.peers, "peers", "", "`folder` of the peers, with their program run (default: dnn is measured alone)")
	f.StringVar(&o.dataDir, "data-dir", "", "`folder` of dnn's data sets (default: where dnn has it)")
	f.StringVar(&o.originals, "originals", "",
		"`folder` with the four .gz files of MNIST as they were published, for dnn download (default: not measured)")
	f.StringVar(&o.docs, "docs", "", "`folder` that --write writes to (default: docs of this module)")
	f.Func("only", "`scenarios` to measure, with commas between (default: all)", func(s string) error {
		o.only = strings.Split(s, ",")
		return checkScenarios(o.only)
	})
	f.Func("cpus", "`numbers` of the CPUs to run on, with commas between (default: the first two; Linux only)",
		func(s string) (err error) {
			o.cpus, err = process.ParseCPUs(s)
			return err
		})
	f.IntVar(&o.rounds, "rounds", 5, "how often each program is measured")
	f.BoolVar(&o.quick, "quick", false, "measure as little as possible, to see that everything works")
	f.BoolVar(&o.write, "write", false, "write benchmarks.md and its pictures")
	if err := f.Parse(args); err != nil {
		if errors.Is(err, flag.ErrHelp) {
			return o, err
		}
		return o, errUsage
	}
	if f.NArg() > 0 || o.rounds < 1 {
		_, _ = fmt.Fprintln(stderr, "wanted no arguments but flags, and --rounds of 1 or more; see --help")
		return o, errUsage
	}
	return o, nil
}

func checkScenarios(names []string) error {
	var known []string
	for _, s := range scenarios() {
		known = append(known, s.name)
	}
	for _, name := range names {
		if !slices.Contains(known, name) {
			return fmt.Errorf("wanted some of %s, found %q", strings.Join(known, ", "), name)
		}
	}
	return nil
}

// run measures what the options ask for, prints it, and writes the page.
func run(ctx context.Context, o options, stdout, stderr io.Writer) (err error) {
	runtime.LockOSThread() // programs inherit their CPUs from the thread that starts them
	cpus, err := process.Restrict(o.cpus)
	if err != nil {
		return err
	}
	b, err := newBench(ctx, o, cpus)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, os.RemoveAll(b.work)) }()

	if o.docs == "" {
		o.docs = filepath.Join(b.root, "docs")
	}
	p := page{machine: b.describe(ctx), options: o}
	if o.write {
		if err := p.probe(o.docs); err != nil { // now rather than after an hour
			return err
		}
	}
	if err := p.machine.Show(stdout); err != nil {
		return err
	}
	for _, s := range scenarios() {
		if len(o.only) > 0 && !slices.Contains(o.only, s.name) {
			continue
		}
		for _, e := range s.experiments(b) {
			r := e.Measure(ctx, o.rounds, stderr)
			if ctx.Err() != nil {
				return context.Cause(ctx)
			}
			p.results = append(p.results, r)
			if err := r.Show(stdout, append(targets(), marks.Targets(r)...)); err != nil {
				return err
			}
		}
	}
	if !o.write {
		return nil
	}
	return p.write(o.docs)
}
