// Command load asks a server (dnn serve, or another that speaks the Open Inference Protocol) and says how fast it answers.
//
//	go run ./scripts/serve/load -kind single -rate 1000 -seconds 10    # a UINT8 image a request: p50 and p99
//	go run ./scripts/serve/load -kind single -rate 0 -connections 32   # as many as can be had
//	go run ./scripts/serve/load -kind batch -rate 0 -connections 4     # 1,000 images a request, as bytes
//	go run ./scripts/serve/load -kind json -rate 0 -connections 4      # 100 images a request, as JSON
//
// With a rate, requests are due at fixed times, whether or not the server keeps up, and a latency counts from the time
// when its request was due. Every answer is compared with the first one for the same images: a server that mixes up
// requests fails.
package main

import (
	"bufio"
	"bytes"
	"context"
	"flag"
	"fmt"
	"io"
	"math/rand/v2"
	"net"
	"net/textproto"
	"os"
	"slices"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"time"
)

type options struct {
	addr, model, images, kind string
	rate                      float64
	seconds                   float64
	connections               int
}

func main() {
	var o options
	flag.StringVar(&o.addr, "addr", "127.0.0.1:8080", "of the server")
	flag.StringVar(&o.model, "model", "model", "name of the model")
	flag.StringVar(&o.images, "images", "", "IDX file of images; empty: random ones with as much ink as digits")
	flag.StringVar(&o.kind, "kind", "single", "single, batch or json")
	flag.Float64Var(&o.rate, "rate", 1000, "requests a second; 0: as many as can be had")
	flag.Float64Var(&o.seconds, "seconds", 5, "how long")
	flag.IntVar(&o.connections, "connections", 16, "how many connections")
	flag.Parse()
	if err := run(o, os.Stdout); err != nil { //nolint:forbidigo // this is the program's main.go
		_, _ = fmt.Fprintln(os.Stderr, "load:", err) //nolint:forbidigo // this is the program's main.go
		os.Exit(1)                                   //nolint:forbidigo // this is the program's main.go
	}
}

const pixels = 784

// requests returns whole HTTP requests, each with images of its own, and how many images each has.
func requests(o options) (all [][]byte, each int, err error) {
	count := 64
	each = map[string]int{"single": 1, "batch": 1000, "json": 100}[o.kind]
	if each == 0 {
		return nil, 0, fmt.Errorf("-kind: wanted single, batch or json, found %q", o.kind)
	}
	if each > 1 {
		count = 10
	}
	images, err := readImages(o.images, count*each)
	if err != nil {
		return nil, 0, err
	}
	for i := range count {
		own := images[i*each*pixels:][:each*pixels]
		header := "POST /v2/models/" + o.model + "/infer HTTP/1.1\r\nHost: " + o.addr + "\r\n"
		shape := fmt.Sprintf(`"name":"input","shape":[%d,%d],"datatype":"UINT8"`, each, pixels)
		outputs := `"outputs":[{"name":"probabilities","parameters":{"binary_data":true}}]`
		var body []byte
		if o.kind == "json" {
			outputs = `"outputs":[{"name":"probabilities"}]`
			body = fmt.Appendf(body, `{"inputs":[{%s,"data":[`, shape)
			for p, v := range own {
				if p > 0 {
					body = append(body, ',')
				}
				body = strconv.AppendUint(body, uint64(v), 10)
			}
			body = append(body, "]}],"+outputs+"}"...)
			header += "Content-Type: application/json\r\n"
		} else {
			body = fmt.Appendf(body, `{"inputs":[{%s,"parameters":{"binary_data_size":%d}}],%s}`, shape, len(own), outputs)
			header += fmt.Sprintf("Inference-Header-Content-Length: %d\r\n", len(body))
			body = append(body, own...)
		}
		header += fmt.Sprintf("Content-Length: %d\r\n\r\n", len(body))
		all = append(all, append([]byte(header), body...))
	}
	return all, each, nil
}

// readImages returns so many images, of an IDX file or random.
func readImages(path string, count int) ([]byte, error) {
	all := make([]byte, count*pixels)
	if path != "" {
		data, err := os.ReadFile(path)
		if err != nil {
			return nil, err
		}
		if len(data) < 16+pixels {
			return nil, fmt.Errorf("%s: wanted an IDX file of images, found %d bytes", path, len(data))
		}
		data = data[16:]
		for i := range count {
			at := i * pixels % (len(data) / pixels * pixels)
			copy(all[i*pixels:][:pixels], data[at:])
		}
		return all, nil
	}
	random := rand.New(rand.NewPCG(1, 1))
	for i := range all {
		if random.IntN(5) == 0 {
			all[i] = byte(random.IntN(256))
		}
	}
	return all, nil
}

// result is what one connection saw.
type result struct {
	latencies []time.Duration
	err       error
}

func run(o options, w io.Writer) error {
	all, each, err := requests(o)
	if err != nil {
		return err
	}
	want := make([][]byte, len(all)) // the answers, asked for one by one before the others
	first, err := dial(o.addr)
	if err != nil {
		return err
	}
	for i, request := range all {
		if want[i], err = first.ask(request, nil); err != nil {
			return err
		}
		want[i] = bytes.Clone(want[i])
	}
	var next atomic.Int64
	results := make([]result, o.connections)
	begin := time.Now()
	end := begin.Add(time.Duration(o.seconds * float64(time.Second)))
	var group sync.WaitGroup
	for c := range o.connections {
		group.Go(func() {
			r := &results[c]
			connection, err := dial(o.addr)
			if err != nil {
				r.err = err
				return
			}
			for {
				n := next.Add(1) - 1
				due := time.Now()
				if o.rate > 0 {
					due = begin.Add(time.Duration(float64(n) / o.rate * float64(time.Second)))
					time.Sleep(time.Until(due))
				}
				if !due.Before(end) {
					return
				}
				i := int(n) % len(all)
				if _, err := connection.ask(all[i], want[i]); err != nil {
					r.err = err
					return
				}
				r.latencies = append(r.latencies, time.Since(due))
			}
		})
	}
	group.Wait()
	took := time.Since(begin)
	var latencies []time.Duration
	for _, r := range results {
		if r.err != nil {
			return r.err
		}
		latencies = append(latencies, r.latencies...)
	}
	if len(latencies) == 0 {
		return fmt.Errorf("no request was answered in %v s", o.seconds)
	}
	slices.Sort(latencies)
	at := func(share float64) time.Duration { return latencies[int(share*float64(len(latencies)-1))] }
	_, err = fmt.Fprintf(w, "%s: %d requests, %.0f requests/s, %.0f images/s, p50 %v, p99 %v, most %v\n", o.kind,
		len(latencies), float64(len(latencies))/took.Seconds(), float64(len(latencies)*each)/took.Seconds(),
		at(0.5).Round(time.Microsecond), at(0.99).Round(time.Microsecond), at(1).Round(time.Microsecond))
	return err
}

// connection is a kept-alive connection. It parses as little of HTTP as it can: the machine is the server's too.
type connection struct {
	net.Conn
	in   *textproto.Reader
	body []byte
}

func dial(addr string) (*connection, error) {
	c, err := new(net.Dialer).DialContext(context.Background(), "tcp", addr)
	if err != nil {
		return nil, err
	}
	return &connection{Conn: c, in: textproto.NewReader(bufio.NewReaderSize(c, 64<<10))}, nil
}

// ask sends a request and returns the body of its response, which the next call overwrites. It must be want, if that is
// not nil.
func (c *connection) ask(request, want []byte) ([]byte, error) {
	if _, err := c.Write(request); err != nil {
		return nil, err
	}
	status, err := c.in.ReadLine()
	if err != nil {
		return nil, err
	}
	size := -1
	for {
		line, err := c.in.ReadLineBytes()
		if err != nil {
			return nil, err
		}
		if len(line) == 0 {
			break
		}
		const key = "content-length:"
		if len(line) > len(key) && strings.EqualFold(string(line[:len(key)]), key) {
			if size, err = strconv.Atoi(strings.TrimSpace(string(line[len(key):]))); err != nil {
				return nil, err
			}
		}
	}
	if size < 0 {
		return nil, fmt.Errorf("wanted a response with a Content-Length, found %q without", status)
	}
	if cap(c.body) < size {
		c.body = make([]byte, size)
	}
	c.body = c.body[:size]
	if _, err := io.ReadFull(c.in.R, c.body); err != nil {
		return nil, err
	}
	switch {
	case !strings.Contains(status, " 200 "):
		return nil, fmt.Errorf("wanted status 200, found %q: %s", status, c.body)
	case want != nil && !bytes.Equal(c.body, want):
		return nil, fmt.Errorf("the answer differs from the first one for the same images")
	}
	return c.body, nil
}
