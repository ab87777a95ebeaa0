package serve

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"regexp"
	"runtime"
	"strconv"
	"strings"
	"testing"

	"dnn/internal/serve/metrics"
	"dnn/internal/world"
)

// TestAccessLog sends requests of all kinds, one after the other: each has exactly one line, in both forms, whoever
// refuses it, and nothing in it looks like another line or moves a terminal's cursor.
func TestAccessLog(t *testing.T) {
	for _, form := range []string{LogText, LogJSON} {
		r := start(t, func(o *Options) { o.Log, o.MaxBody = form, 1000 })
		long := strings.Repeat("a", 2000)
		for i, c := range []struct {
			request      string // without the header that closes the connection
			status       int
			protocol     string
			method, path string
		}{
			{request: "GET /healthz HTTP/1.1\r\nHost: localhost\r\n", status: 200, protocol: "other", method: "GET", path: "/healthz"},
			{request: "HEAD /v2 HTTP/1.1\r\nHost: localhost\r\n", status: 200, protocol: "v2", method: "HEAD", path: "/v2"},
			{request: "GET /ping HTTP/1.0\r\n", status: 200, protocol: "invocations", method: "GET", path: "/ping"},
			{request: "GET / HTTP/1.1\r\nHost: localhost\r\n", status: 200, protocol: "page", method: "GET", path: "/"},
			{request: "GET /x HTTP/1.1\r\nHost: localhost\r\n", status: 404, protocol: "other", method: "GET", path: "/x"},
			{request: "PATCH /v2/models/digits/infer HTTP/1.1\r\nHost: localhost\r\n", status: 405, protocol: "v2", method: "PATCH", path: "/v2/models/digits/infer"},
			{request: "GET /v1/models/digits HTTP/1.1\r\nHost: evil.example\r\n", status: 403, protocol: "v1", method: "GET", path: "/v1/models/digits"},
			{request: "POST /predict HTTP/1.1\r\nHost: localhost\r\nContent-Length: 2000\r\n", status: 413, protocol: "predict", method: "POST", path: "/predict"},
			{request: "OPTIONS * HTTP/1.1\r\nHost: localhost\r\n", status: 307, protocol: "other", method: "OPTIONS", path: "*"},
			{request: "GET //x HTTP/1.1\r\nHost: localhost\r\n", status: 307, protocol: "other", method: "GET", path: "//x"},
			{request: "GET /a%0A2026-01-01T00:00:00.000Z%20forged%1b[2J%C2%9B%00%22%7f%e2%80%ae%f3%a0%81%81 HTTP/1.1\r\nHost: localhost\r\n", status: 404, protocol: "other", method: "GET", path: "/a\n2026-01-01T00:00:00.000Z forged\x1b[2J\u009b\x00\"\x7f\u202e\U000e0041"},
			{request: "GET /%ff HTTP/1.1\r\nHost: localhost\r\n", status: 404, protocol: "other", method: "GET", path: "/\ufffd"},
			{request: "GET /" + long + " HTTP/1.1\r\nHost: localhost\r\n", status: 404, protocol: "other", method: "GET", path: "/" + long[:398] + "…"},
			{request: "no HTTP\r\n", status: 400, protocol: "none", method: "-", path: "-"},
			{request: "GET / HTTP/1.1\r\n", status: 400, protocol: "none", method: "-", path: "-"}, // no Host
			{request: "GET / HTTP/9.1\r\nHost: localhost\r\n", status: 505, protocol: "none", method: "-", path: "-"},
			{request: "GET / HTTP/1.1\r\nHost: localhost\r\nX: " + strings.Repeat(long, 20) + "\r\n", status: 431, protocol: "none", method: "-", path: "-"},
			{request: "POST / HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: x\r\n", status: 501, protocol: "none", method: "-", path: "-"},
			{request: "GET / HTTP/1.1\r\nHost: localhost\r\nExpect: x\r\n", status: 417, protocol: "none", method: "-", path: "-"},
		} {
			conn := r.dial()
			_, _ = io.WriteString(conn, c.request+"Traceparent: 00-\t\"7\"\r\nConnection: close\r\n\r\n")
			if found := statusOf(conn); found != fmt.Sprint(c.status) {
				t.Errorf("%.60q: wanted %d, found %s", c.request, c.status, found)
			}
			_, _ = io.Copy(io.Discard, conn) // to its end: the line is written by then, or soon
			lines := r.lines(i + 1)
			line := lines[i]
			for _, char := range line {
				if !strconv.IsPrint(char) {
					t.Errorf("%q has %q", line, char)
				}
			}
			if form == LogText {
				pattern := fmt.Sprintf(`^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z 127\.0\.0\.1:\d+ %s "[^\n]*" %d \d+ \d+\.\d{6}$`, c.method, c.status)
				if !regexp.MustCompile(pattern).MatchString(line) || !strings.Contains(line, fmt.Sprintf("%q", c.path)) {
					t.Errorf("wanted %s with %q, found %q", pattern, c.path, line)
				}
				continue
			}
			var found accessLine
			if err := json.Unmarshal([]byte(line), &found); err != nil {
				t.Fatalf("%q: %v", line, err)
			}
			if found.Status != c.status || found.Method != c.method || found.Path != c.path || found.Protocol != c.protocol ||
				found.Remote == "" || (found.TraceParent != "") != (c.method != "-") {
				t.Errorf("wanted %+v, found %+v", c, found)
			}
		}
	}
}

// lines waits for so many lines of the log and returns them. There must not be more.
func (r *running) lines(n int) []string {
	r.t.Helper()
	for {
		text := r.log.String()
		lines := strings.Split(strings.TrimSuffix(text, "\n"), "\n")
		if len(lines) > n {
			r.t.Fatalf("wanted %d lines, found %s", n, text)
		}
		if text != "" && len(lines) == n {
			return lines
		}
		runtime.Gosched()
	}
}

// TestCrash lets handlers panic, before they answer and after: the request gets an error or a broken connection, never
// half an answer that looks whole; it has a line, and the next one is answered.
func TestCrash(t *testing.T) {
	log := new(safeBuffer)
	s := &server{
		metrics: metrics.New(), access: newAccessLog(log, false), system: &world.System{Stderr: log},
		awake: func() int64 { return 0 },
	}
	here := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		s.as("other", http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if r.URL.Path == "/late" {
				_, _ = io.WriteString(w, "half")
				http.NewResponseController(w).Flush()
			}
			if r.URL.Path != "/" {
				panic("too bad")
			}
		}), w, r)
	}))
	defer here.Close()
	for path, want := range map[string]int{"/early": 500, "/late": 200, "/": 200} {
		q, err := http.NewRequestWithContext(t.Context(), http.MethodGet, here.URL+path, nil)
		if err != nil {
			t.Fatal(err)
		}
		response, err := here.Client().Do(q)
		if err != nil {
			t.Fatal(err)
		}
		text, err := io.ReadAll(response.Body)
		_ = response.Body.Close()
		if response.StatusCode != want || (err != nil) != (path == "/late") {
			t.Errorf("%s: wanted %d, found %d %s, %v", path, want, response.StatusCode, text, err)
		}
	}
	if text := log.String(); strings.Count(text, " GET ") != 3 || strings.Count(text, "too bad") != 2 {
		t.Errorf("found %s", text)
	}
}
