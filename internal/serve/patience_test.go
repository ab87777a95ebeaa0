package serve

import (
	"bufio"
	"fmt"
	"io"
	"net"
	"net/http"
	"runtime"
	"strings"
	"sync"
	"testing"
	"time"
)

// impatient makes a server's patience end within the time of a test.
func impatient(o *Options) {
	o.patience = &patience{header: time.Second, read: time.Second, write: time.Minute, idle: time.Second, drain: time.Minute}
}

// TestPatience has clients that say too little, too slowly: the server ends their connections, and tells those that it can
// tell.
func TestPatience(t *testing.T) {
	r := start(t, impatient)
	var group sync.WaitGroup
	for name, c := range map[string]struct{ send, want string }{
		"nothing":          {"", ""},
		"a byte":           {"G", "HTTP/1.1 400 Bad Request\r\n"},
		"half a header":    {"POST /predict HTTP/1.1\r\nHost: localhost\r\nX-", "HTTP/1.1 400 Bad Request\r\n"},
		"half a body":      {"POST /predict HTTP/1.1\r\nHost: localhost\r\nContent-Length: 9\r\n\r\nx", "HTTP/1.1 408 Request Timeout\r\n"},
		"half a chunk":     {"POST /predict HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n9\r\nx", "HTTP/1.1 408 Request Timeout\r\n"},
		"no gzip":          {"POST /predict HTTP/1.1\r\nHost: localhost\r\nContent-Encoding: gzip\r\nContent-Length: 9\r\n\r\n", "HTTP/1.1 408 Request Timeout\r\n"},
		"no deflate":       {"POST /predict HTTP/1.1\r\nHost: localhost\r\nContent-Encoding: deflate\r\nContent-Length: 9\r\n\r\nx", "HTTP/1.1 408 Request Timeout\r\n"},
		"a single request": {"GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n", "HTTP/1.1 200 OK\r\n"},
	} {
		conn := r.dial()
		group.Go(func() {
			_, _ = io.WriteString(conn, c.send)
			found, err := io.ReadAll(conn) // until the server closes it
			if err != nil || !strings.HasPrefix(string(found), c.want) || c.want == "" && len(found) > 0 {
				t.Errorf("%s: wanted %q, found %q, %v", name, c.want, found, err)
			}
		})
	}
	group.Wait()
}

// TestDrip sends a header without an end, a byte at a time: what counts is when it began, not when the last byte came.
func TestDrip(t *testing.T) {
	r := start(t, impatient)
	conn := r.dial()
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		_, _ = io.Copy(io.Discard, conn)
	}()
	_, _ = io.WriteString(conn, "GET / HTTP/1.1\r\nX-")
	tick := time.NewTicker(10 * time.Millisecond)
	defer tick.Stop()
	for {
		select {
		case <-tick.C:
			_, _ = io.WriteString(conn, "x")
		case <-ended:
			return
		}
	}
}

// TestNeverReads has clients that ask for much and read nothing: they hold little memory, others are served, and the
// server ends them.
func TestNeverReads(t *testing.T) {
	r := start(t, func(o *Options) {
		o.patience = &patience{header: time.Minute, read: time.Minute, write: time.Second, idle: time.Minute, drain: time.Minute}
	})
	var images [][]byte
	for seed := range uint64(100) {
		images = append(images, image(seed))
	}
	body, header := inferBytes(images...)
	body = strings.Replace(body, `"binary_data":true`, `"binary_data":null`, 1) // JSON is longer
	request := fmt.Sprintf("POST /v2/models/digits/infer HTTP/1.1\r\nHost: localhost\r\n%s: %d\r\nContent-Length: %d\r\n\r\n%s",
		header[0], strings.Index(body, "}]}")+len("}]}"), len(body), body)
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	const clients = 8
	enough := make(chan struct{})
	var group sync.WaitGroup
	for range clients {
		group.Go(func() {
			for { // the server ends a connection; on a slow machine perhaps before all have begun
				conn, err := new(net.Dialer).DialContext(t.Context(), "tcp", r.address())
				if err != nil {
					t.Error(err)
					return
				}
				if c, ok := conn.(*net.TCPConn); ok {
					_ = c.SetReadBuffer(4096)
				}
				for err == nil {
					_, err = io.WriteString(conn, request)
				}
				_ = conn.Close()
				select {
				case <-enough:
					return
				default:
				}
			}
		})
	}
	inflight := func() int {
		_, text, _ := r.ask("GET", "/metrics", "")
		_, after, _ := strings.Cut(text, "\ndnn_inflight_requests ")
		var n int
		_, _ = fmt.Sscan(after, &n)
		return n - 1 // without the one that asks
	}
	for inflight() < clients/2 {
		runtime.Gosched()
	}
	if status, text, _ := r.ask("POST", "/v1/models/digits:predict", `{"instances":[[`+numbers(784, "0")+`]]}`); status != http.StatusOK {
		t.Errorf("others were not served: found %d %s", status, text)
	}
	close(enough)
	group.Wait()
	for inflight() > 0 {
		runtime.Gosched()
	}
	runtime.GC()
	runtime.ReadMemStats(&after)
	if more := int64(after.HeapAlloc) - int64(before.HeapAlloc); more > 32<<20 {
		t.Errorf("wanted at most 32 MiB more of memory, found %d MiB", more>>20)
	}
}

// TestSmuggling sends requests whose end two programs could see at different places: of none is a part taken for another
// request.
func TestSmuggling(t *testing.T) {
	r := start(t, func(o *Options) { o.Log = LogText })
	const second = "GET /smuggled HTTP/1.1\r\nHost: localhost\r\n\r\n"
	post := func(header, body string) string {
		return "POST /predict HTTP/1.1\r\nHost: localhost\r\n" + header + "\r\n\r\n" + body
	}
	for name, c := range map[string]struct{ send, want string }{
		"two lengths":          {post("Content-Length: 0\r\nContent-Length: 43", second), "400"},
		"two in one":           {post("Content-Length: 0, 43", second), "400"},
		"length with a sign":   {post("Content-Length: +43", second), "400"},
		"negative length":      {post("Content-Length: -1", second), "400"},
		"length in hex":        {post("Content-Length: 0x2b", second), "400"},
		"length and chunks":    {post("Content-Length: 43\r\nTransfer-Encoding: chunked", "0\r\n\r\n"+second), "400"},
		"chunks and length":    {post("Transfer-Encoding: chunked\r\nContent-Length: 5", "0\r\n\r\n"+second), "400"},
		"two encodings":        {post("Transfer-Encoding: chunked\r\nTransfer-Encoding: identity", "0\r\n\r\n"+second), "501"},
		"unknown encoding":     {post("Transfer-Encoding: xchunked", "0\r\n\r\n"+second), "501"},
		"hidden encoding":      {post("Transfer-Encoding : chunked", "0\r\n\r\n"+second), "400"},
		"control character":    {post("Content-Length: 0\x0b", second), "400"},
		"chunk of no size":     {post("Transfer-Encoding: chunked", "x\r\n"+second), "400"},
		"huge chunk":           {post("Transfer-Encoding: chunked", "fffffffffffffffff\r\n"+second), "400"},
		"two hosts":            {"GET /ping HTTP/1.1\r\nHost: localhost\r\nHost: evil.example\r\n\r\n" + second, "400"},
		"no host":              {"GET /ping HTTP/1.1\r\n\r\n" + second, "400"},
		"version without text": {"GET /ping\r\n\r\n" + second, "400"},
	} {
		conn := r.dial()
		_, _ = io.WriteString(conn, c.send)
		if c, ok := conn.(*net.TCPConn); ok {
			_ = c.CloseWrite()
		}
		in := bufio.NewReader(conn)
		line, err := in.ReadString('\n')
		rest, _ := io.ReadAll(in)
		if err != nil || !strings.HasPrefix(line, "HTTP/1.1 "+c.want) {
			t.Errorf("%s: wanted %s, found %q, %v", name, c.want, line, err)
		}
		if strings.Contains(string(rest), "HTTP/1.1 ") {
			t.Errorf("%s: wanted one answer, found more: %q", name, rest)
		}
	}
	if strings.Contains(r.log.String(), "/smuggled") {
		t.Errorf("found %s", r.log.String())
	}
}
