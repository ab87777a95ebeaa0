package serve

import (
	"bytes"
	"compress/gzip"
	"fmt"
	"io"
	"net"
	"net/http"
	"runtime"
	"strings"
	"testing"
)

// address returns host and port of the server.
func (r *running) address() string {
	_, host, _ := strings.Cut(r.url, "://")
	return strings.TrimSuffix(host, "/")
}

// dial opens a connection to the server.
func (r *running) dial() net.Conn {
	r.t.Helper()
	var d net.Dialer
	c, err := d.DialContext(r.t.Context(), "tcp", r.address())
	if err != nil {
		r.t.Fatal(err)
	}
	r.t.Cleanup(func() { _ = c.Close() })
	return c
}

// statusOf returns the status of the response that a connection gives.
func statusOf(c net.Conn) string {
	begin := make([]byte, 12)
	n, err := io.ReadFull(c, begin)
	if err != nil {
		return fmt.Sprint("none after ", n, " bytes: ", err)
	}
	return string(begin[9:])
}

// TestHostileClients keeps connections of all bad kinds open while others are served, and looks at the memory.
func TestHostileClients(t *testing.T) {
	r := start(t, func(o *Options) { o.MaxBody = 1 << 20 })
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)

	loris := r.dial() // sends a header, a byte at a time, and never ends it
	_, _ = io.WriteString(loris, "POST /predict HTTP/1.1\r\nHost: localhost\r\nX-")

	slow := r.dial() // says that there is a body, and never sends it
	_, _ = io.WriteString(slow, "POST /predict HTTP/1.1\r\nHost: localhost\r\nContent-Length: 1000000\r\n\r\nx")

	huge := r.dial()
	_, _ = io.WriteString(huge, "POST /predict HTTP/1.1\r\nHost: localhost\r\nContent-Length: 1073741824\r\n\r\n")
	if status := statusOf(huge); status != "413" {
		t.Errorf("a body of 1 GB: wanted 413, found %s", status)
	}

	endless := r.dial() // chunks without an end
	_, _ = io.WriteString(endless, "POST /predict HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n")
	chunk := "10000\r\n" + strings.Repeat("x", 0x10000) + "\r\n"
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		for range 20 << 4 { // 20 MB
			if _, err := io.WriteString(endless, chunk); err != nil {
				return // refused
			}
		}
	}()
	if status := statusOf(endless); status != "413" {
		t.Errorf("chunks: wanted 413, found %s", status)
	}
	<-ended

	headers := r.dial()
	go func() {
		_, _ = io.WriteString(headers, "GET /v2 HTTP/1.1\r\nHost: localhost\r\n")
		for i := range 100_000 {
			if _, err := fmt.Fprintf(headers, "X-%d: %d\r\n", i, i); err != nil {
				return
			}
		}
	}()
	if status := statusOf(headers); status != "431" {
		t.Errorf("100,000 headers: wanted 431, found %s", status)
	}

	half := r.dial() // says all it has to say, and only listens from then on
	_, _ = io.WriteString(half, "GET /v2/health/live HTTP/1.1\r\nHost: localhost\r\n\r\n")
	if c, ok := half.(*net.TCPConn); ok {
		_ = c.CloseWrite()
	}
	if status := statusOf(half); status != "200" {
		t.Errorf("half closed: wanted 200, found %s", status)
	}

	var bomb bytes.Buffer
	z := gzip.NewWriter(&bomb)
	zeros := make([]byte, 1<<20)
	for range 100 {
		_, _ = z.Write(zeros)
	}
	_ = z.Close()
	if status, text, _ := r.ask("POST", "/predict", bomb.String(), "Content-Encoding", "gzip"); status != 413 {
		t.Errorf("a bomb: wanted 413, found %d %s", status, text)
	}

	if status, _, _ := r.ask("GET", "/v2/health/live", ""); status != http.StatusOK {
		t.Errorf("others were not served: found %d", status)
	}
	runtime.ReadMemStats(&after)
	if more := int64(after.HeapAlloc) - int64(before.HeapAlloc); more > 64<<20 {
		t.Errorf("wanted at most 64 MiB more of memory, found %d MiB", more>>20)
	}
}

// TestManySmallParts sends as many parts as fit into a body, of which one is enough to see that it is wrong: what is kept of
// each is little, whatever it could be.
func TestManySmallParts(t *testing.T) {
	r := start(t, nil)
	const count = 100_000
	many := func(one string) string { return strings.TrimSuffix(strings.Repeat(one+",", count), ",") }
	for path, body := range map[string]string{
		"/v1/models/table:predict": `{"instances":[` + many(`{"x":1}`) + `]}`,
		"/invocations":             `{"dataframe_records":[` + many(`{"x":1}`) + `]}`,
		"/v2/models/digits/infer":  `{"inputs":[` + many(`{}`) + `]}`,
	} {
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		if status, text, _ := r.ask("POST", path, body); status != http.StatusBadRequest {
			t.Errorf("%s: wanted 400, found %d %s", path, status, text)
		}
		runtime.ReadMemStats(&after)
		if bytes := (after.TotalAlloc - before.TotalAlloc) / count; bytes > 300 {
			t.Errorf("%s: wanted at most 300 bytes for each part, found %d", path, bytes)
		}
	}
}

// TestConnections opens more connections than allowed: one too many is closed, the others are served.
func TestConnections(t *testing.T) {
	r := start(t, func(o *Options) { o.MaxConnections = 4 })
	var all []net.Conn
	for range 4 {
		c := r.dial()
		_, _ = io.WriteString(c, "GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n")
		if status := statusOf(c); status != "200" {
			t.Fatalf("found %s", status)
		}
		all = append(all, c)
	}
	if status := statusOf(r.dial()); !strings.HasPrefix(status, "none") {
		t.Errorf("one too many: found %s", status)
	}
	for _, c := range all {
		_, _ = io.Copy(io.Discard, io.LimitReader(c, 0))
		_, _ = io.WriteString(c, "GET /healthz HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")
		if text, _ := io.ReadAll(c); !strings.Contains(string(text), "HTTP/1.1 200") {
			t.Errorf("found %q", text)
		}
	}
}
