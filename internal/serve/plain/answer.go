package plain

import (
	"net/http"
	"strconv"
	"time"
)

// answer is a response to a POST, which is kept until it is whole. It is a http.ResponseWriter for handlers that set the header
// before the status, which is 200 or more and comes with a body, and leave Date and the encoding of the transfer alone.
type answer struct {
	header http.Header
	status int // 0: not known yet
	body   []byte

	date   []byte // of the last answer
	second int64  // of that date, of Unix
}

func (a *answer) reset() {
	if a.header == nil {
		a.header = make(http.Header)
	}
	clear(a.header)
	a.status, a.body = 0, a.body[:0]
}

// Header returns the header that is to be sent.
func (a *answer) Header() http.Header { return a.header }

// WriteHeader sets the status, the first time.
func (a *answer) WriteHeader(status int) {
	if a.status == 0 {
		a.status = status
	}
}

// Write adds to the body.
func (a *answer) Write(p []byte) (int, error) {
	a.WriteHeader(http.StatusOK)
	a.body = append(a.body, p...)
	return len(p), nil
}

// appendHeader appends the status and the header, and reports whether the response is the connection's last.
func (a *answer) appendHeader(b []byte, now time.Time) (_ []byte, last bool) {
	a.WriteHeader(http.StatusOK)
	b = append(b, "HTTP/1.1 "...)
	b = strconv.AppendInt(b, int64(a.status), 10)
	b = append(b, ' ')
	b = append(b, http.StatusText(a.status)...)
	b = append(b, lineEnd...)
	for name, values := range a.header {
		if name == "Content-Length" {
			continue // it is known better
		}
		for _, value := range values {
			last = last || name == "Connection" && value == "close"
			b = append(b, name...)
			b = append(b, ": "...)
			b = appendValue(b, value)
			b = append(b, lineEnd...)
		}
	}
	if len(a.body) > 0 && len(a.header["Content-Type"])+len(a.header["Content-Encoding"]) == 0 {
		b = append(b, "Content-Type: "...)
		b = append(b, http.DetectContentType(a.body)...)
		b = append(b, lineEnd...)
	}
	if second := now.Unix(); second != a.second {
		a.second, a.date = second, now.UTC().AppendFormat(a.date[:0], http.TimeFormat)
	}
	b = append(b, "Date: "...)
	b = append(b, a.date...)
	b = append(b, "\r\nContent-Length: "...)
	b = strconv.AppendInt(b, int64(len(a.body)), 10)
	return append(b, lineEnd+lineEnd...), last
}

// appendValue appends the value of a field, in which a line cannot end.
func appendValue(b []byte, value string) []byte {
	for i := range len(value) {
		c := value[i]
		if c == '\r' || c == '\n' {
			c = ' '
		}
		b = append(b, c)
	}
	return b
}
