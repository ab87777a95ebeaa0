package serve

import (
	"bytes"
	"context"
	"io"
	"net/http"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"dnn/internal/fault"
	"dnn/internal/modelfile"
	"dnn/internal/nn"
	"dnn/internal/nn/nntest"
	"dnn/internal/world"
)

// running is a server of a test.
type running struct {
	t      *testing.T
	url    string
	model  string // the file
	log    *safeBuffer
	system *world.System
	stop   func() // as by SIGTERM
	ended  chan error
	reload chan struct{}
}

// safeBuffer is a buffer for several goroutines.
type safeBuffer struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (s *safeBuffer) Write(p []byte) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.b.Write(p)
}

func (s *safeBuffer) String() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.b.String()
}

// newModel returns a model of images with random weights.
func newModel(tb testing.TB, seed uint64) *modelfile.Model {
	tb.Helper()
	network := nntest.Network(784, nn.CategoricalCrossentropy, nntest.Dense(16, "relu"), nntest.Dense(10, "softmax"))
	layers, err := nn.New(network, seed)
	if err != nil {
		tb.Fatal(err)
	}
	m := &modelfile.Model{InputShape: []int{28, 28}, Scale: 1. / 255}
	m.Store(layers)
	return m
}

// writeModel writes a model of images with random weights.
func writeModel(tb testing.TB, path string, seed uint64) {
	tb.Helper()
	if _, err := modelfile.Write(path, newModel(tb, seed)); err != nil {
		tb.Fatal(err)
	}
}

// writeTable writes a model of a table with two columns and two classes.
func writeTable(tb testing.TB, path string) {
	tb.Helper()
	network := nntest.Network(2, nn.BinaryCrossentropy, nntest.Dense(1, "sigmoid"))
	layers, err := nn.New(network, 1)
	if err != nil {
		tb.Fatal(err)
	}
	m := &modelfile.Model{
		InputShape: []int{2}, Scale: 1, Columns: []string{"length", "width"}, Mean: []float64{1, 2}, Std: []float64{3, 4},
		Classes: []string{"cat", "dog"},
	}
	m.Store(layers)
	if _, err := modelfile.Write(path, m); err != nil {
		tb.Fatal(err)
	}
}

// start starts a server with the model digits, and table, and stops it at the end of the test.
func start(t *testing.T, change func(*Options)) *running {
	t.Helper()
	here := t.TempDir()
	r := &running{
		t: t, model: filepath.Join(here, "digits.bin"), log: new(safeBuffer), ended: make(chan error, 1),
		reload: make(chan struct{}),
	}
	table := filepath.Join(here, "table.bin")
	writeModel(t, r.model, 1)
	writeTable(t, table)
	r.system = &world.System{
		Stdout: io.Discard, Stderr: r.log, Env: func(string) (string, bool) { return "", false }, Now: time.Now,
	}
	started := make(chan string, 1)
	o := Options{
		Models: []string{r.model, table}, Addr: "127.0.0.1:0", Threads: 2, Reload: r.reload, Version: "1.2.3",
		Started: func(url string) { started <- url }, poll: time.Millisecond, grace: time.Millisecond,
	}
	if change != nil {
		change(&o)
	}
	ctx, cancel := context.WithCancelCause(context.Background())
	r.stop = func() { cancel(fault.New(fault.Terminated, "", "stopped")) }
	done := make(chan struct{})
	go func() {
		defer close(done)
		r.ended <- Run(ctx, r.system, o)
	}()
	t.Cleanup(func() { r.stop(); <-done })
	select {
	case r.url = <-started:
	case err := <-r.ended:
		t.Fatal(err)
	}
	return r
}

// ask sends a request and returns the status and the body of its response.
func (r *running) ask(method, path, body string, header ...string) (int, string, http.Header) {
	r.t.Helper()
	q, err := http.NewRequestWithContext(r.t.Context(), method, r.url+path[1:], bytes.NewReader([]byte(body)))
	if err != nil {
		r.t.Fatal(err)
	}
	for i := 0; i < len(header); i += 2 {
		if header[i] == "Host" {
			q.Host = header[i+1]
		}
		q.Header.Set(header[i], header[i+1])
	}
	response, err := http.DefaultTransport.RoundTrip(q)
	if err != nil {
		r.t.Fatalf("%s %s: %v", method, path, err)
	}
	defer response.Body.Close()
	text, err := io.ReadAll(response.Body)
	if err != nil {
		r.t.Fatal(err)
	}
	return response.StatusCode, string(text), response.Header
}

func TestStops(t *testing.T) {
	r := start(t, nil)
	r.stop()
	if err := <-r.ended; err != nil {
		t.Error(err)
	}
	r.ended <- nil
}
