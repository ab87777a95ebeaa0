// Package plain answers plain requests of HTTP/1.1, and leaves all others to net/http.
//
// A program that asks a model sends the same short header again and again, with another body each time. To read such a
// request and to write its answer takes net/http longer than the model takes to compute it. So a connection begins here: a
// POST of a few kilobytes, with a header in which there is nothing to interpret, is answered by the same handler, from memory
// that the connection keeps. A header that is the same as the one before is not read again. As soon as there is anything
// else, the connection is net/http's for good, with all that was read of it and not answered: what is allowed, refused,
// waited for or too much is decided there (RFC 9112).
package plain

import (
	"bytes"
	"context"
	"io"
	"net/http"
	"time"
)

// size is how many bytes the largest request has, with its header. Each connection has a buffer of that size, as net/http's
// have.
const size = 4096

// peek is how much of a request net/http waits for before it takes it for one, after another on the same connection.
const peek = 4

// Options are what all connections share.
type Options struct {
	Handler http.Handler
	// Takes reports whether requests for a path are answered here. Their handler must not need to know whether the client is
	// still there, and must be done with the request when it returns.
	Takes func(path string) bool
	Read  time.Duration // how long a request that has begun may take to come; then it is net/http's, which has its own time
	Write time.Duration // how long it may take from the begin of a request to the end of its answer
	Idle  time.Duration // how long a connection may be without a request
	Bug   func(any)     // is told of a panic, but for http.ErrAbortHandler
}

// Conn is a connection.
type Conn interface {
	io.ReadWriteCloser
	SetReadDeadline(t time.Time) error
	SetWriteDeadline(t time.Time) error
	// Begin is called when a request is there, with the time when its header was.
	Begin(at time.Time)
	// End is called when it was answered, and no other has begun.
	End()
}

// session is a connection and what is kept of it between two requests.
type session struct {
	o       *Options
	c       Conn
	context context.Context // of its requests
	remote  string          // the client's address
	buffer  [size]byte
	n       int       // bytes of the buffer that were read
	begun   time.Time // when the first of them was
	asked   time.Time // when the header was there
	headed  bool      // it is
	header  []byte    // of the last request
	request *http.Request
	body    body
	answer  answer
	out     []byte
}

// Serve answers requests of a connection, of which some bytes were read already. remote is the client's address, and requests
// get the context. If there is something that is not plain, it returns what was read and not answered, and true. Else the
// connection has ended, and is closed.
func (o *Options) Serve(ctx context.Context, c Conn, remote string, read []byte) (rest []byte, goesOn bool) {
	s := &session{o: o, c: c, context: ctx, remote: remote}
	s.begin(copy(s.buffer[:], read))
	defer func() {
		if !goesOn {
			_ = c.Close() // the client has gone, or is to go
		}
	}()
	defer func() {
		if crash := recover(); crash != nil && crash != http.ErrAbortHandler { //nolint:errorlint // as net/http compares it
			o.Bug(crash)
		}
	}()
	for {
		length, plain := s.look()
		if plain && length > s.n && s.more() == nil {
			continue // look again
		}
		if !plain || length > s.n {
			return bytes.Clone(s.buffer[:s.n]), true
		}
		if !s.serve(length) || !s.next() {
			return nil, false
		}
	}
}

// begin notes that so many bytes of a request are there.
func (s *session) begin(n int) {
	now := time.Now()
	s.n, s.begun, s.asked, s.headed = n, now, now, false
}

// look reports whether what was read is plain, as far as it goes, and how long the request is; as long as that is not known,
// it is longer than what was read.
func (s *session) look() (length int, plain bool) {
	read := s.buffer[:s.n]
	if len(s.header) == 0 || !bytes.HasPrefix(read, s.header) {
		head, whole := cutHeader(read)
		if !whole {
			return s.n + 1, s.n < size && begins(read)
		}
		r := parse(head)
		if r == nil || !s.o.Takes(r.URL.Path) {
			return 0, false
		}
		r = r.WithContext(s.context)
		r.RemoteAddr, r.Body = s.remote, &s.body
		s.header, s.request = append(s.header[:0], head...), r
	}
	s.headed = true
	length = len(s.header) + int(s.request.ContentLength)
	return length, length <= size
}

// more reads more of a request that has begun.
func (s *session) more() error {
	if err := s.c.SetReadDeadline(s.begun.Add(s.o.Read)); err != nil {
		return err
	}
	n, err := s.c.Read(s.buffer[s.n:])
	s.n += n
	if !s.headed {
		s.asked = time.Now()
	}
	if n > 0 {
		return nil // of an error, the next read tells
	}
	return err
}

// next waits for the next request, unless it is there already, and reports whether there is one. As net/http, it says nothing
// to a client that ends within four bytes, and passes over line ends, which some send after a body (RFC 9112, section 2.2).
func (s *session) next() bool {
	n := s.n
	if n < peek {
		s.c.End()
		if err := s.c.SetReadDeadline(time.Now().Add(s.o.Idle)); err != nil {
			return false
		}
	}
	for n < peek {
		more, _ := s.c.Read(s.buffer[n:]) // of an error, the number tells
		if more == 0 {
			return false
		}
		n += more
	}
	ends := peek - len(bytes.TrimLeft(s.buffer[:peek], lineEnd))
	if ends > 0 {
		n = copy(s.buffer[:], s.buffer[ends:n])
	}
	s.begin(n)
	return true
}

// serve answers the request, which is so long, and takes it away. It reports whether the connection goes on.
func (s *session) serve(length int) bool {
	s.c.Begin(s.asked)
	s.body.rest = s.buffer[len(s.header):length]
	s.answer.reset()
	s.o.Handler.ServeHTTP(&s.answer, s.request)
	s.n = copy(s.buffer[:], s.buffer[length:s.n])
	if err := s.c.SetWriteDeadline(s.asked.Add(s.o.Write)); err != nil {
		return false
	}
	var last bool
	s.out, last = s.answer.appendHeader(s.out[:0], time.Now())
	err := s.write()
	if cap(s.answer.body) > size {
		s.answer.body = nil // it is not kept while the connection waits
	}
	return err == nil && !last
}

// write sends the answer: at once, unless it is so long that another copy of it would cost more than another call.
func (s *session) write() error {
	if len(s.answer.body) <= size {
		s.out = append(s.out, s.answer.body...)
		_, err := s.c.Write(s.out)
		return err
	}
	if _, err := s.c.Write(s.out); err != nil {
		return err
	}
	_, err := s.c.Write(s.answer.body)
	return err
}

// body is the body of a request.
type body struct{ rest []byte }

func (b *body) Read(p []byte) (int, error) {
	if len(b.rest) == 0 {
		return 0, io.EOF
	}
	n := copy(p, b.rest)
	b.rest = b.rest[n:]
	return n, nil
}

func (b *body) Close() error { return nil }
