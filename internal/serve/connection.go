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
	from     *listener
	once     sync.Once
	awake    atomic.Bool // counted as such
	first    [1]byte     // what was read while it was parked
	hasFirst bool        // first was not read yet by the HTTP server

	unread  bool // the HTTP server has a request that it has not given to the handler
	refused int  // status of the HTTP server's own response to it
	asked   time.Time

	mu      sync.Mutex
	quiet   int64 // since when it waits for the first byte of a request, in nanoseconds of Unix; 0: it has one
	leaving bool  // leave interrupted its Read
}

// lastLook is how long a connection that is to be closed looks for a request that came at the last moment.
const lastLook = time.Millisecond

// Read returns the first byte, and then the others.
func (c *connection) Read(p []byte) (int, error) {
	if c.hasFirst && len(p) > 0 {
		c.hasFirst = false
		p[0] = c.first[0]
		return 1, nil
	}
	return c.receive(p)
}

// receive reads. After leave it reads what is there already, if anything is.
func (c *connection) receive(p []byte) (int, error) {
	n, err := c.Conn.Read(p)
	if n == 0 && errors.Is(err, os.ErrDeadlineExceeded) && c.left() {
		n, err = c.Conn.Read(p)
	}
	if n > 0 {
		c.busy()
	}
	return n, err
}

// left reports whether leave was called, and gives Read a last chance if so.
func (c *connection) left() bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.leaving {
		_ = c.SetReadDeadline(time.Now().Add(lastLook))
	}
	return c.leaving
}

// busy notes that there is a request, so leave does nothing any more and what it did is undone.
func (c *connection) busy() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.quiet = 0
	if c.leaving {
		c.leaving = false
		_ = c.SetReadDeadline(time.Now().Add(c.from.waits.read))
	}
}

// idle notes that a request was answered.
func (c *connection) idle() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.quiet = time.Now().UnixNano()
}

// leave ends the connection if it has waited for a request since a time, in nanoseconds of Unix, or longer. A request that
// comes meanwhile is still answered.
func (c *connection) leave(since int64) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.quiet != 0 && c.quiet <= since {
		c.leaving = true
		_ = c.SetReadDeadline(time.Unix(1, 0))
	}
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
// itself since they cannot be read.
func (s *server) noteState(c net.Conn, state http.ConnState) {
	one, ok := below(c)
	if !ok {
		return
	}
	switch state {
	case http.StateActive:
		one.busy() // a request may have been read together with the one before
		one.unread, one.asked = true, time.Now()
	case http.StateIdle:
		one.idle()
	case http.StateClosed:
		if one.unread {
			s.metrics.Begin()
			rec := &recorder{status: cmp.Or(one.refused, http.StatusBadRequest)} // what TLS carries is not known here
			s.note(one.asked, one.RemoteAddr().String(), "none", rec, nil)
		}
	}
}

// Write writes, and notes the status of the HTTP server's own responses.
func (c *connection) Write(p []byte) (int, error) {
	const begin = "HTTP/1.1 "
	if c.unread && len(p) >= len(begin)+3 && string(p[:len(begin)]) == begin {
		c.refused, _ = strconv.Atoi(string(p[len(begin):][:3])) // 0: not known
	}
	return c.Conn.Write(p)
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
