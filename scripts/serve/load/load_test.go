//go:build linux

package main

import (
	"bytes"
	"encoding/json"
	"io"
	"math"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"sync/atomic"
	"testing"
)

// serve returns the address of a server that answers the nth request, from 1 on, with what answer returns; nil: it refuses.
func serve(t *testing.T, answer func(n int64, body []byte) []byte) string {
	t.Helper()
	var count atomic.Int64
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, err := io.ReadAll(r.Body)
		if err != nil {
			t.Error(err)
		}
		if body = answer(count.Add(1), body); body == nil {
			http.Error(w, "too many", http.StatusServiceUnavailable)
			return
		}
		w.Header().Set("Content-Length", strconv.Itoa(len(body)))
		_, _ = w.Write(body)
	}))
	t.Cleanup(s.Close)
	return s.Listener.Addr().String()
}

// end answers with the end of the request, which differs between requests.
func end(_ int64, body []byte) []byte { return body[len(body)-100:] }

func TestRun(t *testing.T) {
	for _, o := range []options{
		{kind: "single", protocol: "v2", connections: 3},
		{kind: "single", protocol: "raw", connections: 3, rate: 500},
		{kind: "batch", protocol: "raw", connections: 2}, // more than a socket takes at once
		{kind: "rows", protocol: "v1", connections: 1},
	} {
		o.addr, o.seconds, o.json = serve(t, end), 0.05, true
		var out bytes.Buffer
		if err := run(o, &out); err != nil {
			t.Fatalf("%+v: %v", o, err)
		}
		var r Result
		if err := json.Unmarshal(out.Bytes(), &r); err != nil {
			t.Fatal(err)
		}
		k := kinds()[o.kind]
		if r.Requests == 0 || r.Images != r.Requests*k.each || r.Sent != r.Requests+k.distinct || r.P50 <= 0 || r.Most < r.P99 {
			t.Errorf("%+v: found %+v", o, r)
		}
		if want := int(o.rate * o.seconds); o.rate > 0 && r.Requests != want {
			t.Errorf("wanted all %d requests that were due, found %d", want, r.Requests)
		}
	}
}

func TestRunFails(t *testing.T) {
	distinct := int64(kinds()["single"].distinct)
	for want, answer := range map[string]func(int64, []byte) []byte{
		"the answer differs": func(n int64, body []byte) []byte {
			if n == distinct+5 {
				return []byte("of another request")
			}
			return end(n, body)
		},
		"wanted status 200, found \"HTTP/1.1 503": func(n int64, body []byte) []byte {
			if n == distinct+5 {
				return nil
			}
			return end(n, body)
		},
	} {
		o := options{addr: serve(t, answer), kind: "single", protocol: "v2", connections: 2, seconds: 0.05}
		if err := run(o, io.Discard); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("wanted %q, found %v", want, err)
		}
	}
	for _, o := range []options{
		{kind: "other", protocol: "v2"}, {kind: "single", protocol: "v1"}, {kind: "rows", protocol: "raw"},
		{kind: "batch", protocol: "v2", classes: true},
	} {
		if _, err := o.requests(); err == nil {
			t.Errorf("%+v: wanted an error", o)
		}
	}
}

// TestHeader cuts a response at each place: it is whole only at its end.
func TestHeader(t *testing.T) {
	const response = "HTTP/1.1 200 OK\r\nX: y\r\nCONTENT-LENGTH: 2\r\n\r\nhi"
	for n := range len(response) + 1 {
		c := &connection{in: []byte(response[:n])}
		if err := c.header(); err != nil {
			t.Fatal(err)
		}
		if whole := c.size > 0 && n >= c.size; whole != (n == len(response)) {
			t.Errorf("of %d bytes: size %d", n, c.size)
		}
	}
	for _, bad := range []string{
		"HTTP/1.1 200 OK\r\n\r\n", "HTTP/1.1 200 OK\r\nContent-Length: x\r\n\r\n", "HTTP/1.1 404 No\r\nContent-Length: 0\r\n\r\n",
	} {
		if err := (&connection{in: []byte(bad)}).header(); err == nil {
			t.Errorf("%q: wanted an error", bad)
		}
	}
}

// TestClasses tests that bytes and text give the same classes.
func TestClasses(t *testing.T) {
	images := filepath.Join(t.TempDir(), "images")
	if err := os.WriteFile(images, make([]byte, 16+testImages*pixels), 0o600); err != nil {
		t.Fatal(err)
	}
	row := []float32{0, 0, 0.25, 0, 0.5, 0, 0, 0.125, 0, 0}
	var text bytes.Buffer
	if err := json.NewEncoder(&text).Encode(map[string]any{"predictions": [][]float32{row}}); err != nil {
		t.Fatal(err)
	}
	one := bytes.TrimSuffix(bytes.TrimPrefix(text.Bytes(), []byte(`{"predictions":[`)), []byte("]}\n"))
	many := []byte(`{"predictions":[` + strings.Repeat(string(one)+",", 99) + string(one) + "]}")
	var raw []byte
	for range 1000 {
		for _, p := range row {
			raw = append(raw, byte(math.Float32bits(p)), byte(math.Float32bits(p)>>8), byte(math.Float32bits(p)>>16),
				byte(math.Float32bits(p)>>24))
		}
	}
	for protocol, answer := range map[string][]byte{"v1": many, "v2": append([]byte(`{"outputs":[]}`), raw...), "raw": raw} {
		o := options{images: images, kind: "batch", protocol: protocol, classes: true}
		if protocol == "v1" {
			o.kind = "rows"
		}
		o.addr = serve(t, func(int64, []byte) []byte { return answer })
		var out bytes.Buffer
		if err := run(o, &out); err != nil || out.String() != strings.Repeat("4", testImages)+"\n" {
			t.Errorf("%s: found %d bytes, %v", protocol, out.Len(), err)
		}
	}
}
