package serve

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"strconv"
	"strings"
	"sync"
	"time"
	"unicode/utf16"
	"unicode/utf8"

	"dnn/internal/fault"
	"dnn/internal/report"
	"dnn/internal/serve/wire"
)

// accessLog writes a line for each request.
type accessLog struct {
	json bool
	mu   sync.Mutex
	w    io.Writer
}

func newAccessLog(w io.Writer, json bool) *accessLog { return &accessLog{w: w, json: json} }

// accessLine is a line of the access log, as JSON. Keys may be added, but not renamed.
type accessLine struct {
	Time        string  `json:"time"`
	Remote      string  `json:"remote"`
	Method      string  `json:"method"`
	Path        string  `json:"path"`
	Protocol    string  `json:"protocol"`
	Status      int     `json:"status"`
	Bytes       int64   `json:"bytes"`
	Seconds     float64 `json:"seconds"`
	TraceParent string  `json:"traceparent,omitempty"`
}

func (l *accessLog) write(a accessLine) {
	a.Path, a.Method, a.TraceParent = wire.Short(a.Path), wire.Short(a.Method), wire.Short(a.TraceParent)
	a.Remote = wire.Short(a.Remote) // of a Unix socket, the path that the client has given its own
	var line []byte
	if l.json {
		var err error
		if line, err = json.Marshal(a); err != nil {
			return // a struct of texts and numbers can be marshaled
		}
		line = append(escaped(line), '\n')
	} else {
		line = fmt.Appendf(nil, "%s %s %s %s %d %d %.6f\n", a.Time, word(a.Remote), report.OneLine(a.Method),
			strconv.Quote(a.Path), a.Status, a.Bytes, a.Seconds)
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	_, _ = l.w.Write(line) // nobody could be told
}

// word returns text as one word.
func word(text string) string {
	quoted := strconv.Quote(text)
	switch {
	case text == "":
		return "-"
	case len(quoted) > len(text)+2, strings.Contains(text, " "):
		return quoted
	}
	return text
}

// escaped returns JSON with nothing in it that a terminal obeys: JSON itself wants only some of that to be escaped.
func escaped(line []byte) []byte {
	safe := make([]byte, 0, len(line))
	for _, char := range string(line) {
		if strconv.IsPrint(char) {
			safe = utf8.AppendRune(safe, char)
			continue
		}
		for _, unit := range utf16.AppendRune(nil, char) {
			safe = fmt.Appendf(safe, `\u%04x`, unit)
		}
	}
	return safe
}

// recorder notes the status and size of a response.
type recorder struct {
	http.ResponseWriter
	server  *server
	request *http.Request
	status  int
	bytes   int64
}

// last reports whether the connection is to be closed.
func (r *recorder) last() bool {
	// A request with chunks may also have had a Content-Length, which net/http passes over. A proxy that went by that saw
	// another end of it, and would take what follows for another client's request (RFC 9112, section 6.1).
	return r.server.draining.Load() || r.server.awake() > maxAwake || len(r.request.TransferEncoding) > 0
}

// WriteHeader notes the status, and says in the header whether the connection is closed.
func (r *recorder) WriteHeader(status int) {
	if r.status == 0 {
		r.status = status
		if r.last() {
			r.Header().Set("Connection", "close")
		}
	}
	r.ResponseWriter.WriteHeader(status)
}

// Write notes the size.
func (r *recorder) Write(p []byte) (int, error) {
	if r.status == 0 {
		r.WriteHeader(http.StatusOK)
	}
	n, err := r.ResponseWriter.Write(p)
	r.bytes += int64(n)
	return n, err
}

// Unwrap lets http.ResponseController find what is below.
func (r *recorder) Unwrap() http.ResponseWriter { return r.ResponseWriter }

// nosniff is the value of a header of all responses. Nobody changes it.
var nosniff = []string{"nosniff"}

// as answers a request with a handler, under the name of a protocol. A panic becomes an error of its request alone.
func (s *server) as(protocol string, next http.Handler, w http.ResponseWriter, r *http.Request) {
	var begun time.Time
	if c, _ := r.Context().Value(connectionKey{}).(*connection); c != nil {
		begun, c.unread = c.asked, false
		if protocol != pageProtocol && r.ContentLength > 0 { // without a body, the HTTP server watches already
			c.unwatch()
		}
	} else {
		begun = time.Now()
	}
	rec := &recorder{ResponseWriter: w, server: s, request: r}
	s.metrics.Begin()
	defer func() {
		if crash := recover(); crash != nil {
			report.PrintError(s.system.Stderr, fault.New(fault.Bug, r.URL.Path, "%v", crash))
			if rec.status != 0 { // the response has begun, and must not look as if it were whole
				defer panic(http.ErrAbortHandler)
			} else {
				wire.Fail(rec, r, wire.Errorf(http.StatusInternalServerError, "a bug in dnn"))
			}
		}
		if rec.status == 0 {
			rec.WriteHeader(http.StatusOK)
		}
		s.note(begun, r.RemoteAddr, protocol, rec, r)
	}()
	rec.Header()["X-Content-Type-Options"] = nosniff
	if s.admit(rec, r) {
		next.ServeHTTP(rec, r)
	}
}

// note counts a request that was answered, and logs it. Without r it could not be read.
func (s *server) note(begun time.Time, remote, protocol string, rec *recorder, r *http.Request) {
	took := time.Since(begun)
	s.metrics.End(protocol, rec.status, took)
	if s.access == nil {
		return
	}
	a := accessLine{
		Time: begun.UTC().Format("2006-01-02T15:04:05.000Z"), Remote: remote, Method: "-", Path: "-", Protocol: protocol,
		Status: rec.status, Bytes: rec.bytes, Seconds: took.Seconds(),
	}
	if r != nil {
		a.Method, a.Path, a.TraceParent = r.Method, r.URL.Path, r.Header.Get("Traceparent")
	}
	s.access.write(a)
}
