package serve

import (
	"context"
	"errors"
	"io/fs"
	"maps"
	"net"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"dnn/internal/fault"
)

// listener accepts a bounded number of connections. One more is closed at once, so that the others are served.
//
// A connection without a first byte is parked: it costs a few kilobytes, and several times as much when there is something to
// read. Its requests are then answered by package plain, until one comes for the HTTP server, which gets the connection.
type listener struct {
	net.Listener
	max     int
	waits   patience
	awake   atomic.Int64             // connections that are not parked
	ready   chan net.Conn            // connections for the HTTP server
	answer  func(c *connection) bool // answers plain requests before that, see start
	refused chan struct{}            // closed when no more connections are accepted
	ended   context.Context          // ends when the listener is closed
	end     context.CancelFunc
	file    fs.FileInfo // of a Unix socket; nil: it has none
	without sync.Once   // removes file

	mu  sync.Mutex
	all map[*connection]struct{} // those that are open, parked ones too
}

// listen opens the address: host:port, or unix:/path. Nothing is accepted before start is called.
func listen(ctx context.Context, addr string, most int, waits patience) (*listener, error) {
	var config net.ListenConfig
	network := "tcp"
	if path, ok := strings.CutPrefix(addr, "unix:"); ok && path != "" {
		network, addr = "unix", path
		unlock, err := lockSocket(path)
		if err != nil {
			return nil, err
		}
		defer unlock()
		if err := removeStale(ctx, path); err != nil {
			return nil, err
		}
	} else if err := checkAddress(ctx, addr); err != nil {
		return nil, err
	}
	config.SetMultipathTCP(false) // its sockets take no filter, see deafen
	l, err := config.Listen(ctx, network, addr)
	if err != nil {
		return nil, cannotListen(network, addr, err)
	}
	var file fs.FileInfo
	if u, ok := l.(*net.UnixListener); ok {
		if file, err = restrict(addr); err != nil {
			_ = l.Close()
			return nil, err
		}
		u.SetUnlinkOnClose(false) // unlink does that
	}
	ended, end := context.WithCancel(context.Background())
	return &listener{
		Listener: l, max: most, waits: waits, ready: make(chan net.Conn), refused: make(chan struct{}), ended: ended, end: end,
		all: make(map[*connection]struct{}), file: file,
	}, nil
}

// start begins to accept connections. The HTTP server gets each for which answer returns true, and nobody the others, which
// have ended; nil: it gets all.
func (l *listener) start(answer func(c *connection) bool) {
	l.answer = answer
	go l.accept()
}

// checkAddress refuses an address that is not host:port, or has no port.
func checkAddress(ctx context.Context, addr string) error {
	_, port, err := net.SplitHostPort(addr)
	if err != nil || addr == "unix:" {
		return fault.New(fault.Usage, "--addr", "wanted host:port or unix:/path, found %q", addr).WithHint("--addr 127.0.0.1:8080")
	}
	if _, err := net.DefaultResolver.LookupPort(ctx, "tcp", port); err != nil && ctx.Err() == nil {
		return fault.New(fault.Usage, "--addr", "wanted a port from 0 to 65535 after the colon, found %q", port).
			WithHint("--addr 127.0.0.1:8080; port 0 is any that is free")
	}
	return nil
}

// cannotListen returns the error of an address that cannot be had.
func cannotListen(network, addr string, err error) error {
	if e, ok := errors.AsType[*net.OpError](err); ok {
		err = e.Err
	}
	if folder := filepath.Dir(addr); network == "unix" && errors.Is(err, fs.ErrNotExist) {
		e := fault.New(fault.Write, addr, "cannot listen: there is no folder %s", folder).WithHint("mkdir -p %s", folder)
		e.Err = err
		return e
	}
	e := fault.New(fault.Write, addr, "cannot listen: %w", err).WithHint("--addr names another address")
	if network == "unix" && len(addr) > 100 {
		return e.WithHint("systems take paths of about 100 bytes: --addr names a shorter one")
	}
	return e
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

// accept accepts connections until refuse or Close is called.
func (l *listener) accept() {
	defer close(l.refused)
	pause := time.Millisecond
	for {
		c, err := l.Listener.Accept()
		switch {
		case err == nil:
			pause = time.Millisecond
			l.take(c)
		case errors.Is(err, os.ErrDeadlineExceeded):
			l.acceptRest()
			_ = l.Listener.Close()
			return
		case errors.Is(err, net.ErrClosed):
			return
		default: // no more file descriptors, or the like: others have to end first
			time.Sleep(pause)
			pause = min(2*pause, time.Second)
		}
	}
}

// take parks a connection, if there are not too many.
func (l *listener) take(c net.Conn) {
	if kept := l.keep(c); kept != nil {
		go l.park(kept)
	} else {
		_ = c.Close()
	}
}

// keep makes c one of the listener's connections, or returns nil if there are too many.
func (l *listener) keep(c net.Conn) *connection {
	kept := &connection{
		Conn: c, from: l, quiet: time.Now().UnixNano(), reads: deadline{set: setRead}, writes: deadline{set: setWrite},
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	if len(l.all) >= l.max {
		return nil
	}
	l.all[kept] = struct{}{}
	return kept
}

// park waits for the first byte of a connection, lets its requests be answered as far as they are plain, and hands it to Accept.
func (l *listener) park(c *connection) {
	if err := c.SetReadDeadline(time.Now().Add(l.waits.idle)); err != nil {
		_ = c.Close()
		return
	}
	if _, err := c.receive(c.first[:]); err != nil {
		_ = c.Close()
		return
	}
	l.awake.Add(1)
	c.awake.Store(true)
	c.pending = c.first[:]
	if l.answer != nil && !l.answer(c) {
		return
	}
	_ = c.SetReadDeadline(time.Time{}) // the HTTP server sets its own
	c.taken.Store(true)
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

// Close ends the listener, with the connections that the HTTP server does not have.
func (l *listener) Close() error {
	l.unlink()
	err := l.Listener.Close()
	l.end()
	l.mu.Lock()
	all := slices.Collect(maps.Keys(l.all))
	l.mu.Unlock()
	for _, c := range all {
		if !c.taken.Load() {
			_ = c.Close()
		}
	}
	if errors.Is(err, net.ErrClosed) {
		return nil // refuse was called
	}
	return err
}
