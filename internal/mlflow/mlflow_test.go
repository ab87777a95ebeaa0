package mlflow

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"math"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"
)

// server does what an MLflow server does, as far as this package asks it to.
type server struct {
	mutex     sync.Mutex
	away      func(request string) bool // a request that it does not take
	requests  []string
	params    map[string]string
	metrics   map[string]string // by key and step
	artifacts map[string]string
	status    string
	elsewhere bool   // artifacts are kept in an object store
	made      string // the run that there is, as JSON
	silent    bool   // who asks for a run is not told that it was made
}

func (s *server) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	s.mutex.Lock()
	defer s.mutex.Unlock()
	text, err := io.ReadAll(r.Body)
	if err != nil {
		panic(err)
	}
	what := strings.TrimPrefix(r.URL.Path, "/api/2.0/mlflow")
	s.requests = append(s.requests, what)
	if s.away != nil && s.away(what) {
		http.Error(w, "out of order", http.StatusBadGateway)
		return
	}
	var body struct {
		Name    string
		Status  string
		Params  []Param
		Metrics []struct {
			Key   string
			Value json.RawMessage
			Step  int
		}
	}
	if !strings.HasPrefix(what, "-artifacts/") && len(text) > 0 {
		if err := json.Unmarshal(text, &body); err != nil {
			panic(err)
		}
	}
	answer := "{}"
	switch {
	case what == "/experiments/get-by-name":
		w.WriteHeader(http.StatusNotFound)
		answer = `{"error_code": "RESOURCE_DOES_NOT_EXIST", "message": "No such"}`
	case what == "/experiments/create":
		answer = `{"experiment_id": "7"}`
	case what == "/runs/create":
		root := "mlflow-artifacts:/7/abc/artifacts"
		if s.elsewhere {
			root = "s3://bucket/7/abc/artifacts"
		}
		if s.made != "" {
			panic("a second run")
		}
		s.made = fmt.Sprintf(`{"info": {"run_id": "abc", "run_name": "first", "artifact_uri": %q}}`, root)
		if s.silent {
			w.WriteHeader(http.StatusGatewayTimeout)
			return
		}
		answer = `{"run": ` + s.made + `}`
	case what == "/runs/search":
		if s.made != "" {
			answer = `{"runs": [{"info": {"run_id": "other", "run_name": "other"}}, ` + s.made + `]}`
		}
	case what == "/runs/log-batch":
		if len(body.Params) > maxParams || len(body.Metrics) > maxMetrics {
			w.WriteHeader(http.StatusBadRequest)
		}
		for _, p := range body.Params {
			s.params[p.Key] = p.Value
		}
		for _, m := range body.Metrics {
			s.metrics[fmt.Sprintf("%s %d", m.Key, m.Step)] = string(m.Value)
		}
	case what == "/runs/update":
		s.status = body.Status
	case strings.HasPrefix(what, "-artifacts/artifacts/"):
		s.artifacts[strings.TrimPrefix(what, "-artifacts/artifacts/")] = string(text)
	default:
		w.WriteHeader(http.StatusNotFound)
	}
	_, _ = io.WriteString(w, answer)
}

func start(t *testing.T) (*server, *httptest.Server) {
	t.Helper()
	s := &server{params: map[string]string{}, metrics: map[string]string{}, artifacts: map[string]string{}}
	h := httptest.NewServer(s)
	t.Cleanup(h.Close)
	return s, h
}

// set changes the server between two requests: one that its client has given up may still be in hand.
func (s *server) set(change func()) {
	s.mutex.Lock()
	defer s.mutex.Unlock()
	change()
}

// refuse says from now on which requests are not taken; nil: none.
func (s *server) refuse(which func(request string) bool) { s.set(func() { s.away = which }) }

func none(string) (string, bool) { return "", false }

// train is a run of some epochs that leaves a model in a folder.
func train(t *testing.T, uri, folder string, epochs int) (note string) {
	t.Helper()
	output := filepath.Join(folder, "model.bin")
	var params []Param
	for i := range 250 {
		params = append(params, Param{fmt.Sprint("key", i), fmt.Sprint(i)})
	}
	tracker := Start(t.Context(), Options{
		URI: uri + "/", Experiment: "digits", Name: "first", Output: output, Params: params, Env: none, Now: time.Now,
	})
	for e := range epochs {
		tracker.Log(e+1, Value{"loss", 1 / float64(e+1)}, Value{"accuracy", math.NaN()})
	}
	if err := os.WriteFile(output, []byte("model"), 0o666); err != nil {
		t.Fatal(err)
	}
	note, err := tracker.End(t.Context(), Finished, []string{output})
	if err != nil {
		t.Fatal(err)
	}
	return note
}

// check checks that the server has everything of a run of train.
func (s *server) check(t *testing.T, epochs int) {
	t.Helper()
	s.mutex.Lock()
	defer s.mutex.Unlock()
	if len(s.params) != 250 || s.params["key249"] != "249" {
		t.Errorf("wanted 250 parameters, found %d", len(s.params))
	}
	last := fmt.Sprint("loss ", epochs)
	if len(s.metrics) != 2*epochs || s.metrics[last] != strings.TrimSpace(fmt.Sprint(1/float64(epochs))) {
		t.Errorf("wanted %d values of metrics, found %d, the last loss %q", 2*epochs, len(s.metrics), s.metrics[last])
	}
	if nan := s.metrics["accuracy 1"]; nan != `"NaN"` {
		t.Errorf(`wanted "NaN", found %s`, nan)
	}
	if file := s.artifacts["7/abc/artifacts/model.bin"]; file != "model" || s.status != string(Finished) {
		t.Errorf("wanted the model and FINISHED, found %q in %v and %s", file, s.artifacts, s.status)
	}
}

func TestRun(t *testing.T) {
	s, h := start(t)
	folder := t.TempDir()
	if note := train(t, h.URL, folder, 1500); note != "" {
		t.Errorf("wanted no note, found %q", note)
	}
	s.check(t, 1500)
	if _, err := os.Stat(RecordPath(filepath.Join(folder, "model.bin"))); err == nil {
		t.Error("wanted no record of a run that the server has, found one")
	}
}

// TestAway is a server that is away, or goes away at some request: the run tells of it, and Sync sends what it missed.
func TestAway(t *testing.T) {
	for _, at := range []string{
		"/experiments/get-by-name", "/experiments/create", "/runs/create", "/runs/log-batch", "/runs/update", "-artifacts/",
	} {
		t.Run(strings.ReplaceAll(at, "/", "-"), func(t *testing.T) {
			s, h := start(t)
			folder := t.TempDir()
			s.refuse(func(request string) bool { return strings.HasPrefix(request, at) })
			note := train(t, h.URL, folder, 30)
			if !strings.Contains(note, "dnn mlflow sync") || !strings.Contains(note, "502") {
				t.Errorf("wanted a note that says what to do, found %q", note)
			}
			var lines []string
			told := func(line string) { lines = append(lines, line) }
			if err := Sync(t.Context(), folder, none, told); err == nil {
				t.Error("wanted an error while the server is away, found none")
			}
			s.refuse(nil)
			if err := Sync(t.Context(), folder, none, told); err != nil {
				t.Fatal(err)
			}
			s.check(t, 30)
			if err := Sync(t.Context(), folder, none, told); err != nil || !strings.Contains(lines[len(lines)-1], "nothing is left") {
				t.Errorf("wanted that nothing is left, found %q, %v", lines, err)
			}
		})
	}
}

// TestNobody is a server that is not there at all. It is asked once, not after each epoch.
func TestNobody(t *testing.T) {
	_, h := start(t)
	h.Close()
	if note := train(t, h.URL, t.TempDir(), 3); !strings.Contains(note, "refused") {
		t.Errorf("wanted that the connection was refused, found %q", note)
	}
}

func TestElsewhere(t *testing.T) {
	s, h := start(t)
	s.set(func() { s.elsewhere = true })
	if note := train(t, h.URL, t.TempDir(), 3); !strings.Contains(note, "s3://bucket") {
		t.Errorf("wanted a note of where artifacts are kept, found %q", note)
	}
	s.mutex.Lock()
	defer s.mutex.Unlock()
	if s.status != string(Finished) || len(s.artifacts) != 0 {
		t.Errorf("wanted a finished run without artifacts, found %s and %v", s.status, s.artifacts)
	}
}

func TestAuthorization(t *testing.T) {
	for _, c := range []struct{ name, value, wanted string }{
		{"MLFLOW_TRACKING_TOKEN", "secret", "Bearer secret"}, {"MLFLOW_TRACKING_USERNAME", "ada", "Basic YWRhOg=="},
	} {
		var got string
		h := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) { got = r.Header.Get("Authorization") }))
		env := func(name string) (string, bool) {
			if name == c.name {
				return c.value, true
			}
			return "", false
		}
		_ = newClient(h.URL, env).end(context.Background(), &Record{})
		h.Close()
		if got != c.wanted {
			t.Errorf("%s: wanted %q, found %q", c.name, c.wanted, got)
		}
	}
}

// TestRecords are files that are no records: each is refused by name, and the others are sent.
func TestRecords(t *testing.T) {
	for name, text := range map[string]string{
		"empty": "", "other": `{"format": 2}`, "list": `[]`, "sent": `{"format": 1, "sent_metrics": 3}`,
		"outside": `{"format": 1, "artifacts": ["../../etc/passwd"]}`, "absolute": `{"format": 1, "artifacts": ["/etc/passwd"]}`,
	} {
		s, h := start(t)
		folder := t.TempDir()
		path := filepath.Join(folder, "a"+Extension)
		if err := os.WriteFile(path, []byte(text), 0o666); err != nil {
			t.Fatal(err)
		}
		s.refuse(func(string) bool { return true })
		train(t, h.URL, folder, 2)
		s.refuse(nil)
		err := Sync(t.Context(), folder, none, func(string) {})
		if err == nil || !strings.Contains(err.Error(), path) {
			t.Errorf("%s: wanted an error that names %s, found %v", name, path, err)
		}
		s.check(t, 2)
		if kept, err := os.ReadFile(path); err != nil || !bytes.Equal(kept, []byte(text)) {
			t.Errorf("%s: wanted the file as it was, found %q, %v", name, kept, err)
		}
	}
}

// before calls a function before each request is sent.
type before func(*http.Request)

func (f before) RoundTrip(r *http.Request) (*http.Response, error) {
	f(r)
	return http.DefaultTransport.RoundTrip(r)
}

// TestCreateOnce: a run that ends while the server makes it does not lose its number.
func TestCreateOnce(t *testing.T) {
	_, h := start(t)
	ctx, cancel := context.WithCancel(t.Context())
	c := newClient(h.URL, none)
	c.http.Transport = before(func(r *http.Request) {
		if strings.HasSuffix(r.URL.Path, "/runs/create") {
			cancel()
		}
	})
	var r Record
	if err := c.create(ctx, &r); err != nil || r.RunID != "abc" {
		t.Errorf("wanted the run abc, found %q, %v", r.RunID, err)
	}
}
