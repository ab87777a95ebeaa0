package serve

import (
	"context"
	"errors"
	"io/fs"
	"net"
	"os"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"dnn/internal/fault"
)

// listener accepts a bounded number of connections. One more is closed at once, so that the others are served.
//
// A connection without a first byte is parked: it costs a few kilobytes, and becomes one of the HTTP server's, which costs
// several times as much, when there is something to read.
type listener struct {
	net.Listener
	max   int64
	open  atomic.Int64    // connections, parked ones too
	awake atomic.Int64    // those of the HTTP server
	ready chan net.Conn   // connections with a first byte
	ended context.Context // ends when the listener is closed
	end   context.CancelFunc
}

// listen opens the address: host:port, or unix:/path.
func listen(ctx context.Context, addr string, most int) (*listener, error) {
	var config net.ListenConfig
	network := "tcp"
	if path, ok := strings.CutPrefix(addr, "unix:"); ok {
		network, addr = "unix", path
		if err := removeStale(ctx, path); err != nil {
			return nil, err
		}
	} else if _, _, err := net.SplitHostPort(addr); err != nil {
		return nil, fault.New(fault.Usage, "--addr", "wanted host:port or unix:/path, found %q", addr).
			WithHint("--addr 127.0.0.1:8080")
	}
	l, err := config.Listen(ctx, network, addr)
	if err != nil {
		if e, ok := errors.AsType[*net.OpError](err); ok {
			err = e.Err
		}
		return nil, fault.New(fault.Write, addr, "cannot listen: %w", err).WithHint("--addr names another address")
	}
	ended, end := context.WithCancel(context.Background())
	parking := &listener{Listener: l, max: int64(most), ready: make(chan net.Conn), ended: ended, end: end}
	go parking.accept()
	return parking, nil
}

// removeStale removes the socket of a server that was killed. One that somebody listens on stays.
func removeStale(ctx context.Context, path string) error {
	info, err := os.Lstat(path)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return nil
	case err == nil && info.Mode()&fs.ModeSocket == 0:
		return fault.New(fault.Write, path, "wanted a socket or nothing, found a file")
	}
	var d net.Dialer
	ctx, cancel := context.WithTimeout(ctx, time.Second)
	defer cancel()
	if c, err := d.DialContext(ctx, "unix", path); err == nil {
		_ = c.Close()
		return fault.New(fault.Write, path, "another server listens there").WithHint("--addr names another address")
	}
	if err := os.Remove(path); err != nil {
		return fault.CannotWrite(path, err)
	}
	return nil
}

// url returns where the server is.
func (l *listener) url(secure bool) string {
	if l.Addr().Network() == "unix" {
		return "unix:" + l.Addr().String()
	}
	if secure {
		return "https://" + l.Addr().String() + "/"
	}
	return "http://" + l.Addr().String() + "/"
}

// accept accepts connections, if there are not too many, and parks them, until the listener is closed.
func (l *listener) accept() {
	pause, last := time.Millisecond, false
	for {
		c, err := l.Listener.Accept()
		switch {
		case errors.Is(err, os.ErrDeadlineExceeded) && !last:
			last = true // this goroutine may have had no processor before the deadline
			l.wait(lastAccept)
			continue
		case errors.Is(err, net.ErrClosed), err != nil && last:
			_ = l.Listener.Close()
			return
		case err != nil: // no more file descriptors, or the like: others have to end first
			time.Sleep(pause)
			pause = min(2*pause, time.Second)
			continue
		}
		pause = time.Millisecond
		if last {
			l.wait(lastAccept)
		}
		if l.open.Add(1) > l.max {
			l.open.Add(-1)
			_ = c.Close()
			continue
		}
		go l.park(&connection{Conn: c, from: l})
	}
}

// park waits for the first byte of a connection and hands it to Accept.
func (l *listener) park(c *connection) {
	stop := context.AfterFunc(l.ended, func() { _ = c.SetReadDeadline(time.Unix(1, 0)) })
	defer stop()
	if err := c.SetReadDeadline(time.Now().Add(idleTimeout)); err != nil || l.ended.Err() != nil {
		_ = c.Close()
		return
	}
	if _, err := c.Conn.Read(c.first[:]); err != nil {
		_ = c.Close()
		return
	}
	c.hasFirst = true
	stop()
	_ = c.SetReadDeadline(time.Time{}) // the HTTP server sets its own
	l.awake.Add(1)
	c.awake = true
	select {
	case l.ready <- c:
	case <-l.ended.Done():
		_ = c.Close()
	}
}

// Accept returns the next connection that has something to read.
func (l *listener) Accept() (net.Conn, error) {
	select {
	case c := <-l.ready:
		return c, nil
	case <-l.ended.Done():
		return nil, net.ErrClosed
	}
}

// refuse takes no more connections after a while, in which those that wait already are accepted. Those that are parked may
// still become some of the HTTP server's.
func (l *listener) refuse(after time.Duration) {
	tcp, ok := l.Listener.(*net.TCPListener)
	if !ok {
		_ = l.Listener.Close()
		return
	}
	if raw, err := tcp.SyscallConn(); err == nil {
		deafen(raw)
	}
	l.wait(after)
}

// lastAccept is how long accept waits for one more connection before it closes the listener.
const lastAccept = 10 * time.Millisecond

// wait lets accept wait for so long.
func (l *listener) wait(d time.Duration) {
	if tcp, ok := l.Listener.(*net.TCPListener); ok {
		_ = tcp.SetDeadline(time.Now().Add(d))
	}
}

// Close ends the listener, with the connections that are parked.
func (l *listener) Close() error {
	err := l.Listener.Close()
	l.end()
	if errors.Is(err, net.ErrClosed) {
		return nil // refuse was called
	}
	return err
}

// connection is counted until it is closed.
type connection struct {
	net.Conn
	from     *listener
	once     sync.Once
	awake    bool    // counted as such
	first    [1]byte // what was read while it was parked
	hasFirst bool    // first was not read yet by the HTTP server
}

// Read returns the first byte, and then the others.
func (c *connection) Read(p []byte) (int, error) {
	if c.hasFirst && len(p) > 0 {
		c.hasFirst = false
		p[0] = c.first[0]
		return 1, nil
	}
	return c.Conn.Read(p)
}

// Close closes the connection.
func (c *connection) Close() error {
	c.once.Do(func() {
		c.from.open.Add(-1)
		if c.awake {
			c.from.awake.Add(-1)
		}
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
