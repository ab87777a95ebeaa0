//go:build linux

// Command load asks a server (dnn serve, or another that speaks one of its protocols) and says how fast it answers.
//
//	go run ./scripts/serve/load -kind single -rate 1000 -seconds 10    # a UINT8 image a request: p50 and p99
//	go run ./scripts/serve/load -kind single -connections 32           # as many as can be had
//	go run ./scripts/serve/load -kind batch -connections 4             # 1,000 images a request, as bytes
//	go run ./scripts/serve/load -kind row -protocol v1                 # an image a request, as JSON
//	go run ./scripts/serve/load -kind rows -protocol v1                # 100 images a request, as JSON
//
// With a rate, requests are due at fixed times, whether or not the server keeps up, and a latency counts from the time
// when its request was due. Every answer is compared with the first one for the same images: a server that mixes up
// requests fails.
package main

import (
	"bytes"
	"encoding/json"
	"flag"
	"fmt"
	"io"
	"os"
	"slices"
	"time"
)

type options struct {
	addr, model, images string
	kind, protocol      string
	rate, seconds, warm float64
	connections         int
	json, classes       bool
}

// Result is what -json prints.
type Result struct {
	Sent     int     `json:"sent"`     // requests in all
	Requests int     `json:"requests"` // that were answered, without those of the warm-up
	Images   int     `json:"images"`   // in all of them
	Seconds  float64 `json:"seconds"`  // from the end of the warm-up to the last answer
	P50      float64 `json:"p50_ms"`
	P99      float64 `json:"p99_ms"`
	P999     float64 `json:"p999_ms"`
	Most     float64 `json:"most_ms"`
}

func main() {
	var o options
	flag.StringVar(&o.addr, "addr", "127.0.0.1:8080", "of the server")
	flag.StringVar(&o.model, "model", "model", "name of the model")
	flag.StringVar(&o.images, "images", "", "IDX file of images; empty: random ones with as much ink as digits")
	flag.StringVar(&o.kind, "kind", "single", "single, batch, row or rows")
	flag.StringVar(&o.protocol, "protocol", "v2",
		"v2: the Open Inference Protocol; v1: TensorFlow Serving's; raw: only bytes, and only bytes back")
	flag.Float64Var(&o.rate, "rate", 0, "requests a second; 0: as many as can be had")
	flag.Float64Var(&o.seconds, "seconds", 5, "how long")
	flag.Float64Var(&o.warm, "warm", 0.2, "seconds before that, which do not count")
	flag.IntVar(&o.connections, "connections", 16, "how many connections")
	flag.BoolVar(&o.json, "json", false, "print the result as JSON")
	flag.BoolVar(&o.classes, "classes", false, "only ask for all test images once, and print their classes")
	flag.Parse()
	if err := run(o, os.Stdout); err != nil { //nolint:forbidigo // this is the program's main.go
		_, _ = fmt.Fprintln(os.Stderr, "load:", err) //nolint:forbidigo // this is the program's main.go
		os.Exit(1)                                   //nolint:forbidigo // this is the program's main.go
	}
}

func run(o options, w io.Writer) error {
	requests, err := o.requests()
	if err != nil {
		return err
	}
	first, err := dial(o.addr)
	if err != nil {
		return err
	}
	want := make([][]byte, len(requests)) // asked for one by one before the others
	for i, request := range requests {
		answer, err := first.ask(request)
		if err != nil {
			return err
		}
		want[i] = bytes.Clone(answer)
	}
	if o.classes {
		return o.tellClasses(w, want)
	}
	l, err := newLoop(o, requests, want)
	if err != nil {
		return err
	}
	if err := l.run(); err != nil {
		return err
	}
	return o.tell(w, len(want)+l.next, l.latencies, time.Since(l.begin).Seconds()-o.warm)
}

// tell prints the result.
func (o options) tell(w io.Writer, sent int, latencies []int64, seconds float64) error {
	if len(latencies) == 0 {
		return fmt.Errorf("no request was answered in %v s", o.seconds)
	}
	slices.Sort(latencies)
	at := func(share float64) float64 { return float64(latencies[int(share*float64(len(latencies)-1))]) / 1e6 }
	r := Result{
		sent, len(latencies), len(latencies) * kinds()[o.kind].each, seconds, at(0.5), at(0.99), at(0.999), at(1),
	}
	if o.json {
		return json.NewEncoder(w).Encode(r)
	}
	_, err := fmt.Fprintf(w, "%s: %d requests, %.0f requests/s, %.0f images/s, p50 %.3f ms, p99 %.3f, p99.9 %.3f, most %.3f\n",
		o.kind, r.Requests, float64(r.Requests)/seconds, float64(r.Images)/seconds, r.P50, r.P99, r.P999, r.Most)
	return err
}
