package plain

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"
)

// echo tells all that a handler is told of a request. Some paths do more.
func echo(w http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(r.Body)
	switch strings.TrimPrefix(r.URL.Path, "/models/") {
	case "none":
		return
	case "abort":
		panic(http.ErrAbortHandler)
	case "bug":
		panic("a bug")
	case "close":
		w.Header().Set("Connection", "close")
	case "lines":
		w.Header()["X-Lines"] = []string{"a\r\nX-Bad: b", "c"}
	case "json":
		w.Header().Set("Content-Type", "application/json")
		w.Header().Set("Content-Length", "2")
		w.WriteHeader(http.StatusNotFound)
		w.WriteHeader(http.StatusOK)
		_, _ = io.WriteString(w, "{}")
		return
	case "late":
		time.Sleep(20 * time.Millisecond)
	}
	_, _ = fmt.Fprintf(w, "%s %s %q %s %q %d %v %v %q %v %v", r.Method, r.RequestURI, r.URL, r.Proto, r.Host, r.ContentLength,
		r.TransferEncoding, r.Close, body, err, r.Context().Value(key{}))
	names := []string{}
	for name, values := range r.Header {
		names = append(names, fmt.Sprintf("%s%q", name, values))
	}
	slices.Sort(names)
	_, _ = fmt.Fprint(w, names)
}

type key struct{}

// tcp is a connection of a listener, which may have bytes that were read already.
type tcp struct {
	*net.TCPConn
	pending []byte
}

func (c *tcp) Read(p []byte) (int, error) {
	if len(c.pending) > 0 {
		n := copy(p, c.pending)
		c.pending = c.pending[n:]
		return n, nil
	}
	return c.TCPConn.Read(p)
}

func (c *tcp) Begin(time.Time) {}

func (c *tcp) End() {}

// handed is a listener whose connections go through Serve first, if there are options.
type handed struct {
	net.Listener
	o     *Options
	conns chan net.Conn
}

func (l *handed) Accept() (net.Conn, error) {
	c, ok := <-l.conns
	if !ok {
		return nil, net.ErrClosed
	}
	return c, nil
}

func (l *handed) run() {
	for {
		c, err := l.Listener.Accept()
		if err != nil {
			close(l.conns)
			return
		}
		one, ok := c.(*net.TCPConn)
		if !ok {
			panic("no TCP")
		}
		t := &tcp{TCPConn: one}
		if l.o != nil {
			var first [1]byte
			if _, err := t.Read(first[:]); err != nil {
				_ = t.Close()
				continue
			}
			rest, goesOn := l.o.Serve(context.WithValue(context.Background(), key{}, "here"), t, t.RemoteAddr().String(), first[:])
			if !goesOn {
				continue
			}
			t.pending = rest
			_ = t.SetReadDeadline(time.Time{})
		}
		l.conns <- t
	}
}

// serve starts a server and returns its address.
func serve(t testing.TB, plain bool) string {
	t.Helper()
	l, err := new(net.ListenConfig).Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	h := &handed{Listener: l, conns: make(chan net.Conn)}
	if plain {
		h.o = options()
		h.o.Bug = func(any) {}
	}
	server := &http.Server{
		Handler: http.HandlerFunc(echo), ReadHeaderTimeout: time.Second, DisableGeneralOptionsHandler: true, ErrorLog: slog.NewLogLogger(slog.DiscardHandler, slog.LevelError),
		ConnContext: func(ctx context.Context, _ net.Conn) context.Context { return context.WithValue(ctx, key{}, "here") },
	}
	go h.run()
	go func() { _ = server.Serve(h) }()
	t.Cleanup(func() { _ = server.Close() })
	return l.Addr().String()
}

// options are those of a server whose plain paths begin with /models/.
func options() *Options {
	return &Options{
		Handler: http.HandlerFunc(echo), Takes: func(path string) bool { return strings.HasPrefix(path, "/models/") },
		Read: time.Second, Write: time.Second, Idle: time.Second,
	}
}

// response is what is to be the same of two responses. One says its length where the other sends chunks.
type response struct {
	status string
	header http.Header
	body   string
	close  bool
}

// ask sends parts of a stream, one after another, and returns all responses and what is left that is none.
func ask(t testing.TB, addr string, parts ...string) (all []response, rest string) {
	t.Helper()
	c, err := new(net.Dialer).DialContext(t.Context(), "tcp", addr)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = c.Close() }()
	_ = c.SetDeadline(time.Now().Add(10 * time.Second))
	for i, part := range parts {
		if i > 0 {
			time.Sleep(2 * time.Millisecond)
		}
		if _, err := io.WriteString(c, part); err != nil {
			break // it was refused before
		}
	}
	if half, ok := c.(*net.TCPConn); ok {
		_ = half.CloseWrite()
	}
	text, _ := io.ReadAll(c) // a server that refuses may reset
	r := bufio.NewReader(bytes.NewReader(text))
	for {
		one, err := http.ReadResponse(r, nil)
		if err != nil {
			return all, ""
		}
		body, err := io.ReadAll(one.Body)
		if err := errors.Join(err, one.Body.Close()); err != nil {
			return all, err.Error()
		}
		if _, err := time.Parse(http.TimeFormat, one.Header.Get("Date")); err != nil && one.StatusCode == http.StatusOK {
			t.Errorf("Date: %v", err)
		}
		one.Header.Del("Date")
		one.Header.Del("Content-Length")
		all = append(all, response{one.Status, one.Header, string(body), one.Close})
	}
}

const post = "POST /models/a/infer HTTP/1.1\r\nHost: localhost:80\r\nContent-Length: 3\r\n"

// requests are streams of which every one is answered as net/http does it.
func requests() []string {
	headers := func(lines string) string { return post + lines + "\r\nabc" }
	all := []string{
		headers(""), headers("") + headers(""), headers("Accept: */*\r\nAccept: text/html\r\nX-A:b\r\nX-B:   c  \r\n"),
		headers("") + headers("X-Other: 1\r\n") + headers(""),
		headers("") + strings.Replace(headers(""), "abc", "xyz", 1) + "GET /models/ HTTP/1.1\r\nHost: a\r\n\r\n" + headers(""),
		headers("Connection: close\r\n") + headers(""), headers("Connection: keep-alive\r\n") + headers(""),
		headers("Expect: 100-continue\r\n"), headers("Transfer-Encoding: chunked\r\n"), headers("Content-Length: 3\r\n"),
		headers("Content-Length: 4\r\n"), headers("Host: other\r\n"), headers("X-A: b\r\n c\r\n"), headers("X-A: b\n"),
		headers("X-A : b\r\n"), headers(": b\r\n"), headers("X-A\r\n"), headers("X-\xc3\xa4: b\r\n"), headers("X-A: \xc3\xa4\r\n"),
		headers("X-A: \x01\r\n"), headers("X_A: b\r\n"), headers("Upgrade: h2c\r\nConnection: Upgrade\r\n"),
		headers("Trailer: X-A\r\n"), headers("x-a: 1\r\ncontent-type: text/plain\r\n"), headers("Content-Encoding: gzip\r\n"),
		headers("X-Long: " + strings.Repeat("a", 5000) + "\r\n"), headers("X-Fits: " + strings.Repeat("a", size-len(post)-len("X-Fits: \r\n\r\nabc")) + "\r\n"),
		headers("X-Over: " + strings.Repeat("a", size-len(post)-len("X-Over: \r\n\r\nab")) + "\r\n"),
		strings.Replace(headers(""), "abc", "ab", 1), post, "POST", "POST /models/a", "P", "\r\n\r\n", "GET / HTTP/1.1\r\nHost: a\r\n\r\n",
		"POST /other HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\n\r\na",
		"POST /models/a HTTP/1.0\r\nHost: a\r\nContent-Length: 1\r\n\r\na" + headers(""),
		"POST /models/a HTTP/1.1\r\nContent-Length: 1\r\n\r\na", "POST /models/a HTTP/1.1\r\nHost: a\r\n\r\n",
		"POST /models/a HTTP/1.1\r\nHost: a/b\r\nContent-Length: 1\r\n\r\na", "POST /models/a HTTP/1.1\r\nHost: \r\nContent-Length: 1\r\n\r\na",
		"POST /models/a?b=c HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\n\r\na", "POST /models/%41 HTTP/1.1\r\nHost: a\r\nContent-Length: 0\r\n\r\n",
		"POST http://b/models/a HTTP/1.1\r\nHost: a\r\nContent-Length: 0\r\n\r\n", "POST  /models/a HTTP/1.1\r\nHost: a\r\nContent-Length: 0\r\n\r\n",
		"POST /models/a HTTP/1.1\r\nHost: a\r\nContent-Length: -1\r\n\r\n", "POST /models/a HTTP/1.1\r\nHost: a\r\nContent-Length: +1\r\n\r\na",
		"POST /models/a HTTP/1.1\r\nHost: a\r\nContent-Length: 1 \r\n\r\na", "POST /models/a HTTP/1.1\r\nHost: a\r\nContent-Length: 00\r\n\r\n",
		"POST /models/a HTTP/1.1\r\nHost: a\r\nContent-Length: 99999999999999999999\r\n\r\na",
		"POST /models/a HTTP/1.1\nHost: a\nContent-Length: 1\n\na", "post /models/a HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\n\r\na",
		"POST /models/a HTTP/1.1\r\nHost: a\r\nContent-Length: 5000\r\n\r\n" + strings.Repeat("b", 5000) + headers(""),
		"POST /models/a HTTP/1.1\r\nHost: a\r\nContent-Length: 9\r\n\r\nPOST /mod" + headers(""),
	}
	for _, end := range []string{"\r\n", "\n\r\n\r", "\r\n\r\n\r\n", "\n", "PO", "GET", "\r\n\r\nGET /\r\n"} {
		all = append(all, headers("")+end, headers("")+end+headers(""), end+headers(""))
	}
	for _, path := range []string{"none", "abort", "close", "lines", "json", "late", "a//b", "a/../b", "a/./b", "a:predict"} {
		all = append(all, strings.Replace(headers(""), "a/infer", path, 1)+headers(""))
	}
	return all
}

// All is answered as net/http alone does it, however it is cut into parts.
func TestAsNetHTTP(t *testing.T) {
	alone, plain := serve(t, false), serve(t, true)
	for _, stream := range requests() {
		for _, parts := range [][]string{
			{stream}, {stream[:1], stream[1:]}, {stream[:len(stream)/2], stream[len(stream)/2:]}, {stream[:len(stream)-1], stream[len(stream)-1:]},
		} {
			same(t, alone, plain, parts...)
		}
	}
}

// same compares the answers of two servers to the same parts of a stream.
func same(t testing.TB, alone, plain string, parts ...string) {
	t.Helper()
	wanted, rest := ask(t, alone, parts...)
	found, left := ask(t, plain, parts...)
	if rest != left || !reflect.DeepEqual(found, wanted) {
		t.Errorf("to %.300q: wanted\n%.2000q %s, found\n%.2000q %s", parts, fmt.Sprint(wanted), rest, fmt.Sprint(found), left)
	}
}

// FuzzAsNetHTTP sends any stream.
func FuzzAsNetHTTP(f *testing.F) {
	for _, stream := range requests() {
		f.Add(stream)
	}
	alone, plain := serve(f, false), serve(f, true)
	f.Fuzz(func(t *testing.T, stream string) {
		if len(stream) > 0 && len(stream) < 16<<10 {
			same(t, alone, plain, stream)
		}
	})
}

// script is a connection that reads what is given, in parts.
type script struct {
	parts   []string
	written bytes.Buffer
	reads   []time.Time // deadlines
	told    []string
	failing bool
}

func (s *script) Read(p []byte) (int, error) {
	if len(s.parts) == 0 {
		return 0, io.EOF
	}
	n := copy(p, s.parts[0])
	if s.parts[0] = s.parts[0][n:]; s.parts[0] == "" {
		s.parts = s.parts[1:]
	}
	return n, nil
}

func (s *script) Write(p []byte) (int, error) {
	if s.failing {
		return 0, errors.New("gone")
	}
	return s.written.Write(p)
}

func (s *script) SetReadDeadline(at time.Time) error {
	s.reads = append(s.reads, at)
	return nil
}

func (s *script) SetWriteDeadline(time.Time) error { return nil }

func (s *script) Begin(time.Time) { s.told = append(s.told, "begin") }

func (s *script) End() { s.told = append(s.told, "end") }

func (s *script) Close() error {
	s.told = append(s.told, "close")
	return nil
}

// What the connection is told, and what net/http gets.
func TestServe(t *testing.T) {
	whole := post + "\r\nabc"
	for name, c := range map[string]struct {
		parts  []string
		failed bool
		told   string
		rest   string
		left   bool
		bugs   int
	}{
		"one":                      {parts: []string{whole}, told: "begin end close"},
		"two, one after another":   {parts: []string{whole, whole}, told: "begin end begin end close"},
		"two together":             {parts: []string{whole + whole}, told: "begin begin end close"},
		"ended too early":          {parts: []string{whole, "PO"}, told: "begin end close"},
		"line ends":                {parts: []string{whole + "\r\n" + whole}, told: "begin begin end close"},
		"a line end, then another": {parts: []string{whole + "\r\n", whole}, told: "begin end begin end close"},
		"two, then another":        {parts: []string{whole, "GET /"}, told: "begin end", rest: "GET /", left: true},
		"a part of the next":       {parts: []string{whole + "PO", "ST "}, told: "begin end", rest: "POST ", left: true},
		"too large":                {parts: []string{strings.Replace(whole, ": 3", ": 5000", 1)}, rest: strings.Replace(whole, ": 3", ": 5000", 1), left: true},
		"compressed":               {parts: []string{post + "Content-Encoding: gzip\r\n\r\nabc"}, rest: post + "Content-Encoding: gzip\r\n\r\nabc", left: true},
		"without an end":           {parts: []string{"POST /" + strings.Repeat("a", size)}, rest: "POST /" + strings.Repeat("a", size-6), left: true},
		"a client that has gone":   {parts: []string{whole, whole}, failed: true, told: "begin close"},
		"a handler that gives up":  {parts: []string{strings.Replace(whole, "a/infer", "abort", 1), whole}, told: "begin close"},
		"a handler with a bug":     {parts: []string{strings.Replace(whole, "a/infer", "bug", 1), whole}, told: "begin close", bugs: 1},
		"a handler that wants out": {parts: []string{strings.Replace(whole, "a/infer", "close", 1), whole}, told: "begin close"},
	} {
		s := &script{parts: c.parts, failing: c.failed}
		bugs, o := 0, options()
		o.Bug = func(any) { bugs++ }
		rest, goesOn := o.Serve(t.Context(), s, "remote", nil)
		if told := strings.Join(s.told, " "); told != c.told || string(rest) != c.rest || goesOn != c.left || bugs != c.bugs {
			t.Errorf("%s: wanted %q, %.50q, %v, %d bugs, found %q, %.50q, %v, %d", name, c.told, c.rest, c.left, c.bugs, told, rest, goesOn, bugs)
		}
	}
}

// Who sends a byte at a time has no more time than others.
func TestSlow(t *testing.T) {
	s := &script{parts: strings.Split(post[1:]+"\r\nab", "")}
	if rest, goesOn := options().Serve(t.Context(), s, "remote", []byte("P")); goesOn && len(rest) == 0 {
		t.Error("wanted what was read")
	}
	for _, at := range s.reads {
		if !at.IsZero() && !at.Equal(s.reads[0]) {
			t.Fatalf("wanted one deadline for the request, found %v and %v", s.reads[0], at)
		}
	}
	if len(s.reads) < len(post) {
		t.Errorf("wanted a deadline for each read, found %d", len(s.reads))
	}
}

// Who sends a line end behind a body may wait as long as others until the next request.
func TestWaitsAfterLineEnd(t *testing.T) {
	o := options()
	o.Read, o.Idle = time.Second, time.Hour
	s := &script{parts: []string{post + "\r\nabc\r\n"}}
	o.Serve(t.Context(), s, "remote", nil)
	if last := s.reads[len(s.reads)-1]; time.Until(last) < time.Minute {
		t.Errorf("wanted to wait for an hour, found until %v", last)
	}
}

// A long answer is sent whole, and its memory is not kept until the next request.
func TestLongAnswer(t *testing.T) {
	long := strings.Repeat("long ", 1<<18)
	o, c := options(), &script{}
	o.Handler = http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, long) })
	s := &session{o: o, c: c, context: t.Context()}
	s.begin(copy(s.buffer[:], post+"\r\nabc"))
	length, ok := s.look()
	if !ok || length != s.n || !s.serve(length) {
		t.Fatalf("wanted an answer to %d bytes, found %d, %v", s.n, length, ok)
	}
	if kept := cap(s.answer.body) + cap(s.out); kept > 2*size {
		t.Errorf("%d bytes are kept", kept)
	}
	if found := c.written.String(); !strings.HasSuffix(found, fmt.Sprintf("Content-Length: %d\r\n\r\n%s", len(long), long)) {
		t.Errorf("found %d bytes: %.300s", len(found), found)
	}
}

// A header that was read before is not read again, and each body is its own.
func TestSameHeader(t *testing.T) {
	n := 0
	o := options()
	var last *http.Request
	o.Handler = http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		body, err := io.ReadAll(r.Body)
		if want := fmt.Sprintf("a%02d", n); err != nil || string(body) != want {
			t.Errorf("wanted %s, found %s, %v", want, body, err)
		}
		if last != nil && last != r {
			t.Error("wanted the request of the same header")
		}
		last = r
		n++
	})
	s := &script{}
	for i := range 50 {
		s.parts = append(s.parts, fmt.Sprintf("%s\r\na%02d", post, i))
	}
	o.Serve(t.Context(), s, "remote", nil)
	if n != 50 || strings.Count(s.written.String(), "HTTP/1.1 200 OK\r\n") != 50 {
		t.Errorf("wanted 50 answers, found %d: %.300s", n, s.written.String())
	}
}
