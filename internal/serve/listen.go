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
type listener struct {
	net.Listener
	max  int64
	open atomic.Int64
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
	return &listener{Listener: l, max: int64(most)}, nil
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

// Accept returns the next connection, if there are not too many.
func (l *listener) Accept() (net.Conn, error) {
	for {
		c, err := l.Listener.Accept()
		if err != nil {
			return nil, err
		}
		if l.open.Add(1) > l.max {
			l.open.Add(-1)
			_ = c.Close()
			continue
		}
		return &connection{Conn: c, from: l}, nil
	}
}

// connection is counted until it is closed.
type connection struct {
	net.Conn
	from *listener
	once sync.Once
}

// Close closes the connection.
func (c *connection) Close() error {
	c.once.Do(func() { c.from.open.Add(-1) })
	return c.Conn.Close()
}

// CloseWrite ends what the server sends.
func (c *connection) CloseWrite() error {
	if half, ok := c.Conn.(interface{ CloseWrite() error }); ok {
		return half.CloseWrite()
	}
	return nil
}
