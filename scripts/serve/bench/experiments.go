//go:build linux

package main

import (
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"strconv"
	"strings"
	"syscall"
	"time"

	"dnn/internal/atomicfile"
	"dnn/scripts/bench/paired"
)

// The metrics of the experiments.
const (
	p50    = "p50"
	p99    = "p99"
	p999   = "p99.9"
	cpu    = "CPU of the server"
	single = "single images"
	row    = "JSON, 1 image"
	rows   = "JSON, 100 images"
	batch  = "batches of 1,000"
	asked  = "requests"
	memory = "memory"
)

const idleConnections = 10000

// experiments returns what is measured.
func (b *bench) experiments() []paired.Experiment {
	one := paired.Experiment{
		Name: "serve/one", Title: "1,000 requests a second on one core",
		About: "An image of 784 bytes in each request. The server has one core, the load generator the other. Requests " +
			"are due at fixed times, and the time of each counts from then until its answer is there.",
		Metrics: []paired.Metric{
			{Name: p50, Unit: "ms"}, {Name: p99, Unit: "ms"}, {Name: p999, Unit: "ms"}, {Name: cpu, Unit: "µs a request"},
		},
	}
	most := paired.Experiment{
		Name: "serve/most", Title: "The most on two cores",
		About: "The server and the load generator share two cores. 16 connections (4 for what has many images), each " +
			"of which sends a request as soon as it has the answer to the last. dnn and Triton get images in the binary " +
			"form of the Open Inference Protocol 2, the Python programs get nothing but their bytes. JSON is TensorFlow " +
			"Serving's, for MLServer, which takes nothing else, and Triton the Open Inference Protocol's. The CPU time is that " +
			"of a request with a single image.",
		Metrics: []paired.Metric{
			{Name: single, Unit: "requests/s"}, {Name: cpu, Unit: "µs a request"}, {Name: batch, Unit: "images/s"},
			{Name: row, Unit: "requests/s"}, {Name: rows, Unit: "images/s"},
		},
	}
	idle := paired.Experiment{
		Name: "serve/idle", Title: "10,000 idle connections", MostRounds: 1,
		About:   "Memory that the server has resident while that many connections are open, and none has asked anything.",
		Metrics: []paired.Metric{{Name: memory, Unit: "MiB"}},
	}
	for _, p := range b.programs() {
		if p.binary != "" && p.workers == 1 {
			one.Contenders = append(one.Contenders, paired.Contender{Name: p.String(), Run: b.with(p, b.cpus[:1], b.one)})
			idle.Contenders = append(idle.Contenders, paired.Contender{Name: p.String(), Run: b.with(p, b.cpus, b.idle)})
		}
		most.Contenders = append(most.Contenders, paired.Contender{Name: p.String(), Run: b.with(p, b.cpus, b.most)})
	}
	dnn := b.programs()[0]
	reload := paired.Experiment{
		Name: "serve/reload", Title: "While the model is read again",
		About: "Single images as above, while the model's file is replaced and the server told by SIGHUP, twenty times a " +
			"second. No request is lost.",
		Metrics: []paired.Metric{{Name: asked, Unit: "requests/s"}, {Name: p99, Unit: "ms"}},
		Contenders: []paired.Contender{
			{Name: dnnName, Run: b.with(dnn, b.cpus, b.steady)},
			{Name: "dnn, 20 reloads a second", Run: b.with(dnn, b.cpus, b.reload)},
		},
	}
	return []paired.Experiment{one, most, reload, idle}
}

// targets returns what this project wants to reach on two cores.
func (b *bench) targets() []paired.Target {
	all := []paired.Target{
		{Experiment: "serve/one", Metric: p99, Subject: dnnName, Is: paired.AtMost, Limit: 5},
		{Experiment: "serve/most", Metric: batch, Subject: dnnName, Is: paired.AtLeast, Limit: 300000},
		{Experiment: "serve/most", Metric: rows, Subject: dnnName, Is: paired.AtLeast, Limit: 5000},
		{Experiment: "serve/idle", Metric: memory, Subject: dnnName, Is: paired.AtMost, Limit: 100},
	}
	for _, p := range b.programs()[1:] {
		if p.binary != "" {
			all = append(all, paired.Target{
				Experiment: "serve/most", Metric: single, Subject: dnnName, Reference: p.String(), Is: paired.AtLeast, Limit: 5,
			})
		}
	}
	return all
}

// measure measures a running server.
type measure func(context.Context, program, *server) (paired.Figures, error)

// with returns a run of a contender: its server is started on some CPUs, measured and ended.
func (b *bench) with(p program, cpus []int, do measure) func(context.Context) (paired.Figures, error) {
	return func(ctx context.Context) (paired.Figures, error) {
		s, err := b.serve(ctx, p, cpus)
		if err != nil {
			return nil, err
		}
		defer s.stop()
		return do(ctx, p, s)
	}
}

// seconds returns a time as an argument, or a short one for a quick run.
func (b *bench) seconds(s float64) string {
	if b.quick {
		s = 0.2
	}
	return strconv.FormatFloat(s, 'f', -1, 64)
}

func (b *bench) one(ctx context.Context, p program, s *server) (paired.Figures, error) {
	a, err := b.ask(ctx, s, b.cpus[1:2], "-kind", "single", "-protocol", p.binary, "-rate", "1000", "-connections", "32",
		"-warm", b.seconds(0.5), "-seconds", b.seconds(4))
	return paired.Figures{p50: a.P50, p99: a.P99, p999: a.P999, cpu: a.serverCPU}, err
}

func (b *bench) most(ctx context.Context, p program, s *server) (paired.Figures, error) {
	found := paired.Figures{}
	for _, f := range []struct{ metric, kind, protocol, connections string }{
		{single, "single", p.binary, "16"}, {batch, "batch", p.binary, "4"}, {row, "row", p.json, "16"},
		{rows, "rows", p.json, "4"},
	} {
		if f.protocol == "" {
			continue
		}
		a, err := b.ask(ctx, s, b.cpus, "-kind", f.kind, "-protocol", f.protocol, "-connections", f.connections,
			"-warm", b.seconds(0.3), "-seconds", b.seconds(1.5))
		if err != nil {
			return nil, fmt.Errorf("%s: %w", f.metric, err)
		}
		found[f.metric] = float64(a.Images) / a.Seconds
		if f.metric == single {
			found[cpu] = a.serverCPU
		}
	}
	return found, nil
}

func (b *bench) steady(ctx context.Context, p program, s *server) (paired.Figures, error) {
	a, err := b.ask(ctx, s, b.cpus, "-kind", "single", "-protocol", p.binary, "-seconds", b.seconds(2))
	return paired.Figures{asked: float64(a.Count) / a.Seconds, p99: a.P99}, err
}

// reload does the same while the model is replaced.
func (b *bench) reload(ctx context.Context, p program, s *server) (paired.Figures, error) {
	model, err := os.ReadFile(b.model)
	if err != nil {
		return nil, err
	}
	ctx, cancel := context.WithCancel(ctx)
	replaced := make(chan error, 1)
	go func() {
		every := time.NewTicker(time.Second / 20)
		defer every.Stop()
		for {
			select {
			case <-ctx.Done():
				replaced <- nil
				return
			case <-every.C:
			}
			err := atomicfile.Write(b.model, func(w io.Writer) error {
				_, err := w.Write(model)
				return err
			})
			if err == nil {
				err = syscall.Kill(s.group, syscall.SIGHUP)
			}
			if err != nil {
				replaced <- err
				return
			}
		}
	}()
	found, err := b.steady(ctx, p, s)
	cancel()
	if again := <-replaced; err == nil {
		err = again
	}
	if err == nil && s.reloads() < 2 {
		err = fmt.Errorf("wanted reloads while the server was asked, found %d", s.reloads())
	}
	return found, err
}

// reloads returns how many reloads the server has counted.
func (s *server) reloads() int {
	response, err := http.Get("http://" + s.addr + "/metrics") //nolint:noctx // a server of this program
	if err != nil {
		return 0
	}
	defer func() { _ = response.Body.Close() }() // it was only read
	text, _ := io.ReadAll(response.Body)
	_, after, _ := strings.Cut(string(text), "\ndnn_reload_total{result=\"ok\"} ")
	line, _, _ := strings.Cut(after, "\n")
	n, _ := strconv.Atoi(line)
	return n
}

// idle opens connections that ask nothing.
func (b *bench) idle(ctx context.Context, _ program, s *server) (paired.Figures, error) {
	var d net.Dialer
	var all []net.Conn
	defer func() {
		for _, c := range all {
			_ = c.Close() // nothing is on it
		}
	}()
	for range idleConnections {
		c, err := d.DialContext(ctx, "tcp", s.addr)
		if err != nil {
			return nil, err
		}
		all = append(all, c)
	}
	time.Sleep(time.Second) // the last ones may still be in the queue of the system
	open, err := os.ReadDir(fmt.Sprintf("/proc/%d/fd", s.group))
	if err != nil {
		return nil, err
	}
	if len(open) < idleConnections {
		return nil, fmt.Errorf("wanted %d connections, found %d open files", idleConnections, len(open))
	}
	return paired.Figures{memory: s.residentMiB()}, nil
}
