package serve

import (
	"cmp"
	"crypto/tls"
	"errors"
	"net"
	"net/http"
	"os"
	"strconv"
	"sync"
	"sync/atomic"
	"time"
)

// connection is a connection of a listener until it is closed. It knows whether it is between two requests.
type connection struct {
	net.Conn
	from    *listener
	once    sync.Once
	awake   atomic.Bool // counted as such
	taken   atomic.Bool // offered to the HTTP server, which closes it; until then, the listener does
	first   [1]byte     // what was read while it was parked
	pending []byte      // what was read, but not by the HTTP server yet

	unread    bool      // the HTTP server has a request that it has not given to the handler
	refused   int       // status of the HTTP server's own response to it
	asked     time.Time // when its header was there
	unwatched bool      // see unwatch

	mu      sync.Mutex
	reads   deadline
	writes  deadline
	quiet   int64 // since when it waits for the first byte of a request, in nanoseconds of Unix; 0: it has one
	leaving bool  // leave interrupted its Read
}

// lastLook is how long a connection that is to be closed looks for a request that came at the last moment.
const lastLook = time.Millisecond

// longAgo is the time of a connection that waits since before the server is stopped: before that, nobody wants to know.
const longAgo = 1

// Read returns what was read already, and then the rest.
func (c *connection) Read(p []byte) (int, error) {
	switch {
	case c.unwatched && len(p) == 1:
		c.unwatched = false
		return 0, nil
	case len(c.pending) > 0:
		n := copy(p, c.pending)
		if c.pending = c.pending[n:]; len(c.pending) == 0 {
			c.pending = nil
		}
		return n, nil
	}
	return c.receive(p)
}

// unwatch is called when a request is answered whose handler does not ask whether the client is still there.
//
// The HTTP server would find out, once the body was read, by a goroutine that reads the next byte, and has to end it when
// the response is there: that takes a tenth of the time of a short request. Here, it reads nothing, and ends at once. No
// other Read is of a single byte, since all others fill the HTTP server's buffer; one that is has to be called again.
func (c *connection) unwatch() { c.unwatched = true }

// receive reads. After leave it reads what is there already, if anything is.
func (c *connection) receive(p []byte) (n int, err error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	for again, looked := true, false; again && n == 0; {
		c.reads.begin(c.Conn)
		c.mu.Unlock()
		n, err = c.Conn.Read(p)
		c.mu.Lock()
		again = c.reads.end(c.Conn, err)
		if !again && c.leaving && !looked && errors.Is(err, os.ErrDeadlineExceeded) {
			looked, again = true, c.reads.change(c.Conn, time.Now().Add(lastLook)) == nil
		}
	}
	if n > 0 {
		c.wake()
	}
	return n, err
}

// busy notes that there is a request.
func (c *connection) busy() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.wake()
}

// wake is busy: leave does nothing any more, and what it did is undone. The caller holds the lock.
func (c *connection) wake() {
	c.quiet = 0
	if c.leaving {
		c.leaving = false
		_ = c.reads.change(c.Conn, time.Now().Add(c.from.waits.read))
	}
}

// idle notes that a request was answered, at a time in nanoseconds of Unix.
func (c *connection) idle(now int64) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.quiet = now
}

// idleSince returns the time for idle. Only while the server is being stopped does somebody want to know it.
func (s *server) idleSince() int64 {
	if s.draining.Load() {
		return time.Now().UnixNano()
	}
	return longAgo
}

// leave ends the connection if it has waited for a request since a time, in nanoseconds of Unix, or longer. A request that
// comes meanwhile is still answered.
func (c *connection) leave(since int64) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.quiet != 0 && c.quiet <= since {
		c.leaving = true
		_ = c.reads.change(c.Conn, time.Unix(1, 0))
	}
}

// SetReadDeadline sets the deadline of reads.
func (c *connection) SetReadDeadline(t time.Time) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.reads.change(c.Conn, t)
}

// SetWriteDeadline sets the deadline of writes.
func (c *connection) SetWriteDeadline(t time.Time) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.writes.change(c.Conn, t)
}

// SetDeadline sets both deadlines.
func (c *connection) SetDeadline(t time.Time) error {
	return errors.Join(c.SetReadDeadline(t), c.SetWriteDeadline(t))
}

// connectionKey is the key of a *connection in the context of its requests.
type connectionKey struct{}

// below returns the connection of a listener that a connection of the HTTP server is, or is on.
func below(c net.Conn) (*connection, bool) {
	if secure, ok := c.(*tls.Conn); ok {
		c = secure.NetConn()
	}
	one, ok := c.(*connection)
	return one, ok
}

// noteState tells a connection what the HTTP server makes of it, and notes requests that the HTTP server refuses by
// itself since they cannot be read, or since there is no TLS around them.
func (s *server) noteState(c net.Conn, state http.ConnState) {
	one, ok := below(c)
	if !ok {
		return
	}
	switch state {
	case http.StateNew:
		one.asked = time.Now() // of a handshake
	case http.StateActive:
		one.busy() // a request may have been read together with the one before
		one.unread, one.asked = true, time.Now()
	case http.StateIdle:
		one.unwatched = false
		one.idle(s.idleSince())
	case http.StateClosed:
		if secure, ok := c.(*tls.Conn); one.unread || ok && !secure.ConnectionState().HandshakeComplete {
			s.metrics.Begin()
			rec := &recorder{status: cmp.Or(one.refused, http.StatusBadRequest)} // what TLS carries is not known here
			s.note(one.asked, one.RemoteAddr().String(), "none", rec, nil)
		}
	}
}

// Write writes, and notes the status of the HTTP server's own responses.
func (c *connection) Write(p []byte) (n int, err error) {
	const begin = "HTTP/1.1 "
	if c.unread && len(p) >= len(begin)+3 && string(p[:len(begin)]) == begin {
		c.refused, _ = strconv.Atoi(string(p[len(begin):][:3])) // 0: not known
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	for again := true; again; {
		c.writes.begin(c.Conn)
		c.mu.Unlock()
		var more int
		more, err = c.Conn.Write(p[n:])
		n += more
		c.mu.Lock()
		again = c.writes.end(c.Conn, err)
	}
	return n, err
}

// Close closes the connection.
func (c *connection) Close() error {
	c.once.Do(func() {
		if c.awake.Swap(false) {
			c.from.awake.Add(-1)
		}
		c.from.mu.Lock()
		defer c.from.mu.Unlock()
		delete(c.from.all, c)
	})
	return c.Conn.Close()
}

// CloseWrite ends what the server sends.
func (c *connection) CloseWrite() error {
	if half, ok := c.Conn.(interface{ CloseWrite() error }); ok {
		return half.CloseWrite()
	}
	return nil
}
