//go:build linux

package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"

	"dnn/internal/mnist"
	"dnn/scripts/bench/process"
)

// bench is what the experiments need.
type bench struct {
	options
	root      string // folder of this module
	work      string // a temporary folder
	dnn, load string // programs, built from this module
	model     string // model.bin, and as ONNX
	onnx      string
	images    string // IDX file of the test images
	cpus      []int  // two of them
}

// program is a server that can be measured.
type program struct {
	name    string // as in scripts/serve/peers/run; "dnn": this one
	workers int
	binary  string // protocols of the load generator; "": none
	json    string
}

const dnnName = "dnn"

func (p program) String() string {
	switch p.name {
	case "asgi", "fastapi":
		return fmt.Sprintf("%s, %d uvicorn", map[string]string{"asgi": "bare ASGI", "fastapi": "FastAPI"}[p.name], p.workers)
	case "mlserver":
		return "MLServer"
	case "triton":
		return "Triton"
	}
	return p.name
}

// programs returns the servers, dnn first. Those with one worker are enough for one core.
func (b *bench) programs() []program {
	all := []program{{dnnName, 1, "v2", "v1"}}
	if b.peers {
		all = append(all, program{"asgi", 1, "raw", "v1"}, program{"asgi", 2, "raw", "v1"},
			program{"fastapi", 1, "raw", "v1"}, program{"fastapi", 2, "raw", "v1"},
			program{"mlserver", 1, "", "v2"}, program{"triton", 1, "v2", "v2"})
	}
	return all
}

// newBench builds the programs and makes the model.
func newBench(ctx context.Context, o options, cpus []int) (_ *bench, err error) {
	b := &bench{options: o, cpus: cpus}
	said, err := exec.CommandContext(ctx, "go", "env", "GOMOD").Output()
	if err != nil {
		return nil, fmt.Errorf("go env GOMOD: %w", err)
	}
	b.root = filepath.Dir(strings.TrimSpace(string(said)))
	set, ok := mnist.Lookup("mnist")
	if !ok {
		return nil, errors.New("dnn does not know mnist")
	}
	folder, err := set.Folder(o.dataDir, os.LookupEnv)
	if err != nil {
		return nil, err
	}
	if folder, err = filepath.Abs(folder); err != nil {
		return nil, err
	}
	b.images = filepath.Join(folder, set.Test.Images.Name)
	if b.work, err = os.MkdirTemp("", "dnn-serve-bench-"); err != nil {
		return nil, err
	}
	b.dnn, b.load = filepath.Join(b.work, "dnn"), filepath.Join(b.work, "load")
	b.model, b.onnx = filepath.Join(b.work, "model.bin"), filepath.Join(b.work, "model.onnx")
	commands := [][]string{
		{"go", "build", "-C", b.root, "-trimpath", "-o", b.dnn, "."},
		{"go", "build", "-C", b.root, "-trimpath", "-o", b.load, "./scripts/serve/load"},
		{b.dnn, "train", "--quiet", "--data-dir", filepath.Dir(folder), "-o", b.model},
		{b.dnn, "export", b.model, "-o", b.onnx, "--uint8"},
	}
	if o.peers {
		commands = append(commands, []string{filepath.Join(b.root, "scripts", "serve", "peers", "setup")})
	}
	for _, command := range commands {
		if _, err := process.Run(ctx, b.root, []string{"CGO_ENABLED=0"}, command[0], command[1:]...); err != nil {
			return nil, errors.Join(err, os.RemoveAll(b.work))
		}
	}
	return b, nil
}

// serve starts a server on some CPUs.
func (b *bench) serve(ctx context.Context, p program, cpus []int) (s *server, err error) {
	if _, err := process.Restrict(cpus); err != nil {
		return nil, err
	}
	defer func() {
		_, again := process.Restrict(b.cpus)
		err = errors.Join(err, again)
	}()
	port, err := freePort(ctx)
	if err != nil {
		return nil, err
	}
	addr, log := net.JoinHostPort("127.0.0.1", port), filepath.Join(b.work, "log")
	if p.name == dnnName {
		return launch(ctx, addr, log, nil, 1, b.dnn, "serve", "model="+b.model, "--addr", addr)
	}
	run := filepath.Join(b.root, "scripts", "serve", "peers", "run")
	return launch(ctx, addr, log, []string{"MODEL=" + b.onnx}, p.workers, run, p.name, port, strconv.Itoa(p.workers))
}

// answered is what the load generator prints.
type answered struct {
	Sent    int     `json:"sent"` // requests in all
	Count   int     `json:"requests"`
	Images  int     `json:"images"`
	Seconds float64 `json:"seconds"`
	P50     float64 `json:"p50_ms"`
	P99     float64 `json:"p99_ms"`
	P999    float64 `json:"p999_ms"`

	serverCPU float64 // microseconds of the server for a request
}

// ask measures a server with the load generator, on some CPUs.
func (b *bench) ask(ctx context.Context, s *server, cpus []int, arguments ...string) (a answered, err error) {
	if _, err := process.Restrict(cpus); err != nil {
		return a, err
	}
	defer func() {
		_, again := process.Restrict(b.cpus)
		err = errors.Join(err, again)
	}()
	before := s.cpuSeconds()
	arguments = append(arguments, "-addr", s.addr, "-images", b.images, "-json")
	out, err := process.Run(ctx, b.work, nil, b.load, arguments...)
	if err != nil {
		return a, err
	}
	if err := json.Unmarshal(out.Stdout, &a); err != nil {
		return a, fmt.Errorf("load: %w in %q", err, out.Stdout)
	}
	a.serverCPU = 1e6 * (s.cpuSeconds() - before) / float64(a.Sent)
	return a, nil
}

// agree checks that all servers give the same classes for all test images, in both forms.
func (b *bench) agree(ctx context.Context, progress io.Writer) error {
	var want string
	for _, p := range b.programs() {
		if p.workers > 1 {
			continue
		}
		_, _ = fmt.Fprintf(progress, "classes of %v\n", p) // a failure to write does not affect the result
		s, err := b.serve(ctx, p, b.cpus)
		if err != nil {
			return fmt.Errorf("%v: %w", p, err)
		}
		for kind, protocol := range map[string]string{"batch": p.binary, "rows": p.json} {
			if protocol == "" {
				continue
			}
			out, err := process.Run(ctx, b.work, nil, b.load, "-addr", s.addr, "-images", b.images, "-classes",
				"-kind", kind, "-protocol", protocol)
			if want == "" {
				want = string(out.Stdout)
			}
			if err == nil && string(out.Stdout) != want {
				err = errors.New("wanted the classes that dnn gives, found others")
			}
			if err != nil {
				s.stop()
				return fmt.Errorf("%v, %s: %w", p, kind, err)
			}
		}
		s.stop()
	}
	return nil
}
