package main

import (
	"compress/gzip"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"time"

	"dnn/internal/mnist"
	"dnn/scripts/bench/process"
)

// bench is what the scenarios need: programs, folders, and how much to measure.
type bench struct {
	root      string // folder of this module
	work      string // a temporary folder, in which all programs run
	dnn       string // the program, built from this module
	set       mnist.Set
	images    string   // folder of MNIST's four IDX files
	dataDir   string   // the folder above it
	gzipped   string   // folder of the same files, compressed, for the peers; empty without peers
	originals string   // folder of the same files as published; empty if there is none
	peers     string   // folder of the peers; empty without
	venv      string   // folder of their interpreters
	sets      []string // dnn's kernels for this CPU, fastest first
	cpus      []int    // the CPUs that all programs run on; nil for all
	effort    effort
}

// effort is how much is measured in a round.
type effort struct {
	epochs      int           // of a training run; the first does not count
	repeats     int           // of commands that take only milliseconds
	gemmTime    time.Duration // for each shape
	wideSteps   int           // training steps
	wideWarming int           // steps of the Python programs before those
	kinds       int           // of each group of the scenario "kinds", the first ones; 0 for all
	kindPairs   int           // of each kind and the plain network
	seeds       int           // of a training run to an accuracy, in all rounds together
	rounds      int           // that the seeds are spread over
}

func (o options) effort() effort {
	if o.quick {
		return effort{epochs: 2, repeats: 2, gemmTime: 20 * time.Millisecond, wideSteps: 2, wideWarming: 1, kinds: 2,
			kindPairs: 1, seeds: 1, rounds: o.rounds}
	}
	return effort{epochs: 5, repeats: 10, gemmTime: 300 * time.Millisecond, wideSteps: 24, wideWarming: 3,
		kindPairs: 3, seeds: 20, rounds: o.rounds}
}

// newBench builds dnn, and makes the data available to it and to the peers. The caller must remove the folder work.
func newBench(ctx context.Context, o options, cpus []int) (_ *bench, err error) {
	b := &bench{venv: os.Getenv("PEERS_VENV"), cpus: cpus, effort: o.effort()}
	if b.venv == "" {
		home, err := os.UserHomeDir()
		if err != nil {
			return nil, err
		}
		b.venv = filepath.Join(home, ".cache", "dnn-peers")
	}
	if b.root, err = moduleRoot(ctx); err != nil {
		return nil, err
	}
	if b.peers, err = existing(o.peers, "run"); err != nil {
		return nil, fmt.Errorf("--peers: %w", err)
	}
	var ok bool
	if b.set, ok = mnist.Lookup("mnist"); !ok {
		return nil, errors.New("dnn does not know mnist")
	}
	if b.originals, err = existing(o.originals, b.set.Train.Images.Name+".gz"); err != nil {
		return nil, fmt.Errorf("--originals: %w", err)
	}
	if b.images, err = b.set.Folder(o.dataDir, os.LookupEnv); err != nil {
		return nil, err
	}
	if b.images, err = filepath.Abs(b.images); err != nil {
		return nil, err
	}
	b.dataDir = filepath.Dir(b.images)
	if b.work, err = os.MkdirTemp("", "dnn-bench-"); err != nil {
		return nil, err
	}
	if err := b.prepare(ctx); err != nil {
		return nil, errors.Join(err, os.RemoveAll(b.work))
	}
	return b, nil
}

// prepare fills the working folder.
func (b *bench) prepare(ctx context.Context) error {
	b.dnn = filepath.Join(b.work, "dnn")
	if err := b.build(ctx, b.dnn, "build", "-trimpath", "-o", b.dnn, "."); err != nil {
		return err
	}
	if _, err := b.command(ctx, nil, b.dnn, "download", "--data-dir", b.dataDir); err != nil {
		return err
	}
	version, err := b.command(ctx, nil, b.dnn, "version")
	if err != nil {
		return err
	}
	if b.sets, err = parseKernels(string(version.Stdout)); err != nil {
		return err
	}
	if b.peers == "" {
		return nil
	}
	b.gzipped = b.originals
	if b.gzipped != "" {
		return nil
	}
	b.gzipped = filepath.Join(b.work, "gzipped")
	if err := os.Mkdir(b.gzipped, 0o755); err != nil {
		return err
	}
	for _, f := range b.set.Files() {
		if err := compress(filepath.Join(b.gzipped, f.Name+".gz"), filepath.Join(b.images, f.Name)); err != nil {
			return err
		}
	}
	return nil
}

// command runs a program in the folder work. env is added to the environment.
func (b *bench) command(ctx context.Context, env []string, program string, args ...string) (process.Outcome, error) {
	return process.Run(ctx, b.work, env, program, args...)
}

// build runs the go command in this module, without cgo.
func (b *bench) build(ctx context.Context, what string, args ...string) error {
	cmd := exec.CommandContext(ctx, "go", args...)
	cmd.Dir = b.root
	cmd.Env = append(os.Environ(), "CGO_ENABLED=0")
	if said, err := cmd.CombinedOutput(); err != nil {
		return fmt.Errorf("cannot build %s: %w\n%s", filepath.Base(what), err, said)
	}
	return nil
}

// moduleRoot returns the folder of the module that the current folder is in.
func moduleRoot(ctx context.Context) (string, error) {
	said, err := exec.CommandContext(ctx, "go", "env", "GOMOD").Output()
	if err != nil {
		return "", fmt.Errorf("go env GOMOD: %w", err)
	}
	path := strings.TrimSpace(string(said))
	if filepath.Base(path) != "go.mod" {
		return "", errors.New("wanted to run inside the module of dnn, found no go.mod")
	}
	return filepath.Dir(path), nil
}

// existing returns the absolute path of a folder, which must contain the file. "" stays "".
func existing(folder, file string) (string, error) {
	if folder == "" {
		return "", nil
	}
	if _, err := os.Stat(filepath.Join(folder, file)); err != nil {
		return "", fmt.Errorf("wanted a folder with the file %s: %w", file, err)
	}
	return filepath.Abs(folder)
}

// compress writes the file from, compressed by gzip, to the new file to.
func compress(to, from string) (err error) {
	in, err := os.Open(from)
	if err != nil {
		return err
	}
	defer func() { _ = in.Close() }() // it was only read
	out, err := os.Create(to)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, out.Close()) }()
	z, err := gzip.NewWriterLevel(out, gzip.BestSpeed)
	if err != nil {
		return err
	}
	if _, err := io.Copy(z, in); err != nil {
		return err
	}
	return z.Close()
}
