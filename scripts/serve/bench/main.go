//go:build linux

// Bench measures dnn serve, beside ONNX Runtime behind other servers: how soon requests are answered, and how many.
//
//	go run ./scripts/serve/bench                  # dnn alone
//	go run ./scripts/serve/bench --peers          # with the peers of scripts/serve/peers, which it installs
//	go run ./scripts/serve/bench --peers --quick  # to see that everything works
//	go run ./scripts/serve/bench --peers --write  # also docs/benchmarks.md
//
// It builds dnn and the load generator (scripts/serve/load), trains the course's network and exports it for the peers.
// Then all servers answer the same images in turn, A B C A B C …, from the same generator on the same two cores. Before
// that, each peer must give the classes that dnn gives for all test images.
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
	"syscall"

	"dnn/scripts/bench/paired"
	"dnn/scripts/bench/process"
)

type options struct {
	dataDir string
	table   string
	rounds  int
	peers   bool
	quick   bool
	write   bool
}

func main() {
	os.Exit(start(os.Args[1:], os.Stdout, os.Stderr)) //nolint:forbidigo // this is the program's main.go
}

// start runs the program and returns its exit status.
func start(args []string, stdout, stderr io.Writer) int {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	var o options
	f := flag.NewFlagSet("bench", flag.ContinueOnError)
	f.SetOutput(stderr)
	f.StringVar(&o.dataDir, "data-dir", "", "`folder` of dnn's data sets (default: where dnn has it)")
	f.StringVar(&o.table, "table", "", "`file` that the tables are written to, in Markdown (default: none)")
	f.IntVar(&o.rounds, "rounds", 3, "how often each program is measured")
	f.BoolVar(&o.peers, "peers", false, "measure the peers too")
	f.BoolVar(&o.quick, "quick", false, "measure as little as possible, to see that everything works")
	f.BoolVar(&o.write, "write", false, "write the section of docs/benchmarks.md")
	switch err := f.Parse(args); {
	case errors.Is(err, flag.ErrHelp):
		return 0
	case err != nil || f.NArg() > 0 || o.rounds < 1: // package flag has printed what is wrong with flags
		return 2
	}
	if err := run(ctx, o, stdout, stderr); err != nil {
		_, _ = fmt.Fprintln(stderr, "bench:", err) // if this fails, the exit status still tells
		return 1
	}
	return 0
}

// run measures, prints what it found, and writes the page.
func run(ctx context.Context, o options, stdout, stderr io.Writer) (err error) {
	runtime.LockOSThread() // programs inherit their CPUs from the thread that starts them
	cpus, err := process.Restrict(nil)
	if err != nil {
		return err
	}
	if len(cpus) < 2 {
		return fmt.Errorf("wanted two CPUs, one for a server and one for who asks it, found %d", len(cpus))
	}
	b, err := newBench(ctx, o, cpus)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, os.RemoveAll(b.work)) }()
	p := page{machine: b.describe(ctx), options: o}
	if err := paired.ShowTable(stdout, p.machine); err != nil {
		return err
	}
	if err := b.agree(ctx, stderr); err != nil {
		return err
	}
	for _, e := range b.experiments() {
		r := e.Measure(ctx, o.rounds, stderr)
		if ctx.Err() != nil {
			return context.Cause(ctx)
		}
		p.results = append(p.results, r)
		if err := r.Show(stdout, b.targets()); err != nil {
			return err
		}
	}
	p.targets = b.targets()
	if o.table != "" {
		if err := os.WriteFile(o.table, p.markdown(), 0o644); err != nil {
			return err
		}
	}
	if !o.write {
		return nil
	}
	return p.write(filepath.Join(b.root, "docs", "benchmarks.md"))
}
